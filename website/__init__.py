"""What the documentation site has that nobody types: pages and data made from the template.

jinja.py      the Jinja of the template as JSON, which the browser evaluates
data.py       copier.yml and every file as data, for the configurator
choose.py     what each question changes, found in renders
costs.py      what each option costs a request, as it was measured
questions.py  the page of all questions
table.py      tables in Markdown
pages.py      the generated pages, as Markdown
hook.py       what mkdocs calls while it builds the site
browser.py    the browser of this machine
screenshots.py  pictures of the real thing
record.py     the terminal sessions on the pages, run again

The configurator itself is `docs/configurator.md` with `docs/assets/configurator/`.
"""
