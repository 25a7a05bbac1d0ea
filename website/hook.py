"""What mkdocs calls while it builds the site: adds the pages and data that nobody types."""

import json
import tempfile
from functools import cache
from importlib.resources import files as resources
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from tests.generate import ROOT, copy_working_tree
from tests.matrix.space import Space
from website.data import Data, address_of, version_of
from website.pages import pages

MERMAID = "assets/mermaid.js"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what is made from the template to what lies in docs/."""
    for path, content in made().items():
        files.append(File.generated(config, path, content=content))
    return files


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Add what draws the diagrams, where there are any; the theme would fetch it elsewhere."""
    if 'class="mermaid"' not in html:
        return html
    return f'{html}\n<script src="{get_relative_url(MERMAID, page.url)}"></script>'


@cache
def made() -> dict[str, str]:
    """Return what is made, by its path below docs/: once, however often `docs-serve` builds."""
    with tempfile.TemporaryDirectory() as folder:
        space = Space(copy_working_tree(Path(folder) / "keelson"))
        data = Data(space).all(version_of(ROOT), address_of(ROOT))
        found = pages(space)
    found["assets/configurator/data.json"] = json.dumps(data, ensure_ascii=False)
    found[MERMAID] = (resources("mermaidx") / "assets/mermaid.js").read_text()
    return found
