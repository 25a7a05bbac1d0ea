/** What to type for the service that is shown. */

import { copyButton, element } from "./elements.js";

export class CommandView {
  constructor(data, startAgain) {
    this.address = data.origin._src_path;
    this.copier = command("With Copier", "uv tool install copier, or pipx install copier");
    this.make = command("In a clone of Keelson", "prepares the service as well");
    this.said = element("p", { className: "kc-said", role: "status" });
    const again = element("button", {
      type: "button",
      className: "kc-button",
      textContent: "Start again",
    });
    again.addEventListener("click", startAgain);
    const share = copyButton("Copy link", () => location.href);
    const actions = element("div", { className: "kc-actions" }, this.said, share, again);
    this.root = element(
      "section",
      { className: "kc-command", "aria-label": "Command" },
      this.copier.root,
      this.make.root,
      actions,
    );
  }

  show(states, answers, said) {
    const slug = states.get("project_slug").value;
    const pairs = answers.map(([name, value]) => `${name}=${value}`);
    const options = pairs.map((pair) => `--data ${quote(pair)}`);
    const last = `${quote(this.address)} ${slug}`;
    this.copier.code.textContent = ["copier copy --defaults", ...options, last].join(" \\\n    ");
    const data = answers.map(([name, value]) => `${name}=${quoteInside(String(value))}`).join(" ");
    this.make.code.textContent = `make new DEST=../${slug}` + (data ? ` DATA=${quote(data)}` : "");
    this.said.textContent = said;
  }
}

function command(title, note) {
  const code = element("code");
  const heading = element("div", { className: "kc-command-title" }, element("b", { textContent: title }));
  heading.append(` ${note}`, copyButton("Copy", () => code.textContent));
  return { code, root: element("div", {}, heading, element("pre", { tabIndex: 0 }, code)) };
}

/** Quote a word for a shell, where it has to be. */
export function quote(word) {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'"'"'`)}'`;
}

/** Quote a word for the second reading, by scripts/new.py. No answer holds a double quote. */
function quoteInside(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `"${word}"`;
}
