"""Every combination of answers, checked without running it.

The combinations are too many to render one by one for long; the files are not. Each file
of the template is rendered under every combination of the answers that it reads itself
(and under no others), each distinct result is checked once, and what one file needs of
another is resolved over the combinations of what the two read. So the work grows with
the files and what they read, not with the number of combinations, and all are covered.

space.py      the answers that copier.yml allows, enumerated with Copier's own questions
render.py     Copier's renderer in memory; test_render.py holds it against stock Copier
variants.py   each file of the template, and each piece of one, in every form it can take
questions.py  what must hold for copier.yml
files.py      what must hold for each file: layout, syntax
linting.py    what ruff says of each Python file, under every configuration it can meet
facts.py      what a file provides and needs: modules, names, packages, settings, targets
resolve.py    whether every need is met in every combination
branches.py   whether every branch of Jinja is taken by some combination
effects.py    whether every answer changes something, and nothing else does
markers.py    whether a feature that is off leaves a trace
merges.py     whether what an owner adds merges with every switch of an answer
cover.py      few combinations in which every pair, or triple, of answers occurs
rows.py       the services that are brought to life
suites.py     which of their own tests these run
doubling.py   what further options would cost
static.py     all of these in one run

`python -m tests.matrix` says what can be typed.
"""
