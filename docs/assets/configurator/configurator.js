/**
 * The configurator: what somebody chooses, and what it leads to.
 *
 * State is what has been chosen, and nothing else; after each choice everything that is
 * shown is found again from it. The address of the page says what differs from the defaults,
 * so it can be shared.
 */

import { CommandView } from "./command.js";
import { element } from "./elements.js";
import { FileView } from "./files.js";
import { FormView } from "./form.js";
import { marks } from "./marks.js";
import { answer, different, project } from "./project.js";

const place = document.querySelector(".kc");
start(await (await fetch(new URL("data.json", import.meta.url))).json());

function start(data) {
  let chosen = fromAddress(data.questions);
  let before = null;

  const form = new FormView(data.questions, (name, value) => {
    if (value === undefined) delete chosen[name];
    else chosen[name] = value;
    show();
  });
  const command = new CommandView(data, () => {
    chosen = {};
    show();
  });
  const files = new FileView();
  const column = element("div", { className: "kc-result" }, command.root, files.root);
  place.replaceChildren(form.root, column);
  addEventListener("hashchange", () => {
    // The theme links to headings; such an address says nothing of what was chosen.
    if (location.hash && !location.hash.includes("=")) return;
    chosen = fromAddress(data.questions);
    show();
  });
  show();

  function show() {
    const states = answer(data.questions, chosen);
    const answers = different(data.questions, states);
    const found = project(data, states);
    history.replaceState(null, "", `#${toAddress(answers)}`);
    form.show(states);
    command.show(states, answers, changes(before, found));
    files.show(found, marks(data, states, found), before);
    before = found;
  }
}

/** Return what has changed since the last choice, in a sentence; nothing at first. */
function changes(before, files) {
  if (!before) return "";
  const added = [...files.keys()].filter((path) => !before.has(path)).length;
  const removed = [...before.keys()].filter((path) => !files.has(path)).length;
  const changed = [...files].filter(([path, text]) => before.has(path) && before.get(path) !== text);
  return `${added} files added, ${changed.length} changed, ${removed} removed by this choice.`;
}

function fromAddress(questions) {
  const types = new Map(questions.map(({ name, type }) => [name, type]));
  const given = [...new URLSearchParams(location.hash.slice(1))];
  const known = given.filter(([name]) => types.has(name));
  return Object.fromEntries(
    known.map(([name, text]) => [name, types.get(name) === "bool" ? text === "true" : text]),
  );
}

function toAddress(answers) {
  return new URLSearchParams(answers).toString();
}
