/** The files of the service: a tree of them, and the one that is looked at. */

import { copyButton, element } from "./elements.js";
import { highlighted } from "./highlight.js";
import { addedLines } from "./lines.js";
import { reasons } from "./marks.js";

const FIRST_SHOWN = "app/wiring.py";

export class FileView {
  constructor() {
    this.open = new Set(["app", "tests"]);
    this.selected = FIRST_SHOWN;
    this.only = "";
    this.files = new Map();

    this.count = element("p", { className: "kc-count" });
    this.select = element("select", { name: "adds", id: "kc-adds" });
    this.select.addEventListener("change", () => {
      this.only = this.select.value;
      this.draw();
    });
    const label = element("label", { for: "kc-adds", textContent: "Show what is there for " });
    this.tree = element("ul", { className: "kc-tree", "aria-label": "Files" });
    this.tree.addEventListener("keydown", (event) => this.move(event));

    this.name = element("code", { className: "kc-path" });
    this.code = element("code", { className: "kc-content" });
    const copy = copyButton("Copy", () => this.files.get(this.selected));
    this.root = element(
      "section",
      { className: "kc-files", "aria-label": "Files of the service" },
      element("div", { className: "kc-files-head" }, this.count, element("span", {}, label, this.select)),
      element("nav", { className: "kc-tree-box", "aria-label": "File tree" }, this.tree),
      (this.viewer = element(
        "div",
        { className: "kc-viewer" },
        element("div", { className: "kc-viewer-head" }, this.name, copy),
        element("pre", { tabIndex: 0, "aria-label": "Content" }, this.code),
      )),
    );
  }

  show(files, found, before) {
    this.files = files;
    this.found = found;
    this.before = before;
    if (!found.has(this.only)) this.only = "";
    const all = element("option", { value: "", textContent: "everything" });
    const options = [...found].map(([name, { added, changed }]) =>
      element("option", { value: name, textContent: `${name} (+${added.size} ~${changed.size})` }),
    );
    this.select.replaceChildren(all, ...options);
    this.select.value = this.only;
    if (!files.has(this.selected)) this.selected = FIRST_SHOWN;
    this.draw();
  }

  draw() {
    const marked = this.found.get(this.only);
    const lines = [...this.files.values()].reduce((sum, text) => sum + text.split("\n").length - 1, 0);
    this.count.textContent = `${this.files.size} files, ${lines.toLocaleString("en")} lines`;
    const focused = this.tree.contains(document.activeElement) && document.activeElement.dataset.path;
    const paths = [...this.files.keys()].filter(
      (path) => !marked || marked.added.has(path) || marked.changed.has(path),
    );
    this.tree.replaceChildren(...this.branches(nest(paths), "", marked));
    if (focused) this.tree.querySelector(`[data-path="${CSS.escape(focused)}"]`)?.focus();
    this.drawContent();
  }

  branches(node, above, marked) {
    const folders = [...node.folders].sort(byName);
    const files = [...node.files].sort(byName);
    return [
      ...folders.map(([name, inner]) => this.folder(name, inner, above + name, marked)),
      ...files.map(([name, path]) => this.file(name, path, marked)),
    ];
  }

  folder(name, inner, path, marked) {
    const details = element("details", { open: Boolean(marked) || this.open.has(path) });
    const summary = element("summary", {}, element("span", { textContent: `${name}/` }));
    summary.dataset.path = path;
    const shared = this.shared(inner);
    if (!marked) summary.append(...shared.map(chip));
    details.addEventListener("toggle", () => {
      if (!marked) this.open[details.open ? "add" : "delete"](path);
    });
    details.append(summary, element("ul", {}, ...this.branches(inner, `${path}/`, marked)));
    return element("li", {}, details);
  }

  file(name, path, marked) {
    const button = element("button", { type: "button" }, element("span", { textContent: name }));
    button.dataset.path = path;
    button.setAttribute("aria-current", String(path === this.selected));
    const isNew = this.before && !this.before.has(path);
    const isChanged = this.before?.has(path) && this.before.get(path) !== this.files.get(path);
    if (isNew) button.append(element("em", { className: "kc-new", textContent: "new" }));
    if (isChanged) button.append(element("em", { className: "kc-changed", textContent: "changed" }));
    if (marked) button.append(sign(marked.added.has(path)));
    else button.append(...reasons(this.found, path).map(chip));
    button.addEventListener("click", () => {
      this.selected = path;
      for (const other of this.tree.querySelectorAll("[aria-current=true]")) {
        other.setAttribute("aria-current", "false");
      }
      button.setAttribute("aria-current", "true");
      this.drawContent();
      if (matchMedia("(max-width: 60em)").matches) this.viewer.scrollIntoView({ block: "start" });
    });
    return element("li", {}, button);
  }

  /** Return the options that every file of a folder is there for. */
  shared(node) {
    const paths = [...everyFile(node)];
    const [first, ...rest] = paths.map((path) => reasons(this.found, path));
    return first.filter((name) => rest.every((others) => others.includes(name)));
  }

  drawContent() {
    const text = this.files.get(this.selected) ?? "";
    const changed = this.found.get(this.only)?.changed;
    const added = changed?.has(this.selected) ? addedLines(changed.get(this.selected), text) : [];
    this.name.textContent = this.selected;
    const lines = highlighted(this.selected, text);
    this.code.replaceChildren(
      ...lines.map((line, index) => {
        const className = added[index] ? "kc-line kc-line-added" : "kc-line";
        return element("span", { className }, ...line.map(([kind, piece]) => coloured(kind, piece)));
      }),
    );
  }

  /** Move among what is visible with the arrow keys. */
  move(event) {
    const visible = [...this.tree.querySelectorAll("summary, button")].filter(
      (one) => one.checkVisibility(),
    );
    const here = visible.indexOf(document.activeElement);
    const details = document.activeElement.closest("summary")?.parentElement;
    if (event.key === "ArrowDown") visible[here + 1]?.focus();
    else if (event.key === "ArrowUp") visible[here - 1]?.focus();
    else if (event.key === "ArrowRight" && details) details.open = true;
    else if (event.key === "ArrowLeft" && details) details.open = false;
    else return;
    event.preventDefault();
  }
}

function chip(name) {
  return element("i", { className: "kc-chip", textContent: name, title: `There because of ${name}` });
}

function coloured(kind, piece) {
  return kind ? element("span", { className: `kc-${kind}`, textContent: piece }) : piece;
}

function sign(isAdded) {
  return element("i", {
    className: isAdded ? "kc-sign kc-added" : "kc-sign kc-changed",
    textContent: isAdded ? "added" : "changed",
  });
}

function nest(paths) {
  const top = { folders: new Map(), files: [] };
  for (const path of paths) {
    const parts = path.split("/");
    const name = parts.pop();
    let node = top;
    for (const part of parts) {
      if (!node.folders.has(part)) node.folders.set(part, { folders: new Map(), files: [] });
      node = node.folders.get(part);
    }
    node.files.push([name, path]);
  }
  return top;
}

function* everyFile(node) {
  for (const [, path] of node.files) yield path;
  for (const [, inner] of node.folders) yield* everyFile(inner);
}

function byName([one], [other]) {
  return one < other ? -1 : 1;
}
