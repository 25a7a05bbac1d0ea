/** What each option adds: found by switching it off, and nothing else. */

import { answer, project } from "./project.js";

/**
 * Return, for each question that can be switched off and is on, the files that it adds and
 * those that it changes, with their text without it: `{added: Set, changed: Map}` by name.
 */
export function marks(data, states, files) {
  const chosen = answersOf(states);
  const found = new Map();
  for (const question of data.questions) {
    const off = offOf(question);
    const { isAsked, value } = states.get(question.name);
    if (!isAsked || off === undefined || value === off) continue;
    const others = answer(data.questions, { ...chosen, [question.name]: off });
    const without = project(data, others);
    const added = new Set([...files.keys()].filter((path) => !without.has(path)));
    const changed = new Map(
      [...files].filter(([path, text]) => !added.has(path) && without.get(path) !== text)
        .map(([path]) => [path, without.get(path)]),
    );
    found.set(question.name, { added, changed });
  }
  return found;
}

/**
 * Return the questions that a file is there for. Of two, only the closer one: a file of
 * sign-in also needs the database that sign-in needs, which says nothing new.
 */
export function reasons(found, path) {
  const adding = [...found].filter(([, { added }]) => added.has(path));
  const isCloser = (one, other) => one.size < other.size && [...one].every((file) => other.has(file));
  return adding
    .filter(([, { added }]) => !adding.some(([, other]) => isCloser(other.added, added)))
    .map(([name]) => name);
}

/**
 * Return what would have to be answered for a question to be asked, such as
 * `database: sqlite or mysql, or cache: redis`.
 */
export function needs(questions, states, name) {
  const chosen = answersOf(states);
  const ways = [];
  for (const other of questions) {
    if (other.name === name) break;
    const choices = states.get(other.name).choices.filter(({ refusal }) => !refusal);
    const enough = choices.filter(({ value }) =>
      answer(questions, { ...chosen, [other.name]: value }).get(name).isAsked,
    );
    const values = enough.map(({ value }) => String(value));
    if (values.length) ways.push(`${other.name}: ${values.join(" or ")}`);
  }
  return ways.join(", or ");
}

function answersOf(states) {
  const asked = [...states].filter(([, { isAsked }]) => isAsked);
  return Object.fromEntries(asked.map(([name, { value }]) => [name, value]));
}

function offOf(question) {
  if (question.type === "bool") return false;
  return question.choices?.some(({ value }) => value === "none") ? "none" : undefined;
}
