/** What answers lead to: the other answers, and the files of the service. */

import { render } from "./evaluate.js";

/**
 * Answer every question, with what somebody has chosen where it can be chosen.
 *
 * Returns the state of each question by its name: its value and its default; whether it
 * is asked; what speaks against what was typed, and against each choice.
 */
export function answer(questions, chosen) {
  const scope = new Map();
  const states = new Map();
  for (const question of questions) {
    const state = ask(question, chosen[question.name], scope);
    states.set(question.name, state);
    scope.set(question.name, state.value);
  }
  return states;
}

function ask(question, given, scope) {
  const read = (template) => render(template, new Map(scope));
  const initial = cast(question, Array.isArray(question.list) ? question.list : read(question.default));
  const state = { value: initial, initial, isAsked: isYes(read(question.when)), refusal: "", choices: [] };
  if (!state.isAsked) return state;

  state.choices = offered(question).map((choice) => ({ ...choice, refusal: read(choice.refusal) }));
  if (given === undefined) return state;
  if (state.choices.length) {
    const choice = state.choices.find(({ value }) => value === given);
    state.refusal = choice ? choice.refusal : `There is no ${given} to choose.`;
  } else {
    const typed = new Map(scope).set(question.name, given);
    state.refusal = render(question.validator, typed).trim();
  }
  if (!state.refusal) state.value = given;
  return state;
}

function offered(question) {
  if (question.type === "bool" && !question.choices) {
    return [
      { label: "Yes", value: true, refusal: "" },
      { label: "No", value: false, refusal: "" },
    ];
  }
  return question.choices ?? [];
}

function cast(question, value) {
  return question.type === "bool" ? isYes(value) : value;
}

function isYes(text) {
  if (!["True", "False"].includes(text)) throw new TypeError(`${text} is neither True nor False`);
  return text === "True";
}

/** Return the files of a service, path to content, for states that `answer` gave. */
export function project(data, states) {
  const scope = new Map([...states].map(([name, state]) => [name, state.value]));
  const recorded = data.questions.filter(({ name }) => states.get(name).isAsked);
  scope.set("_copier_answers", {
    ...data.origin,
    ...Object.fromEntries(recorded.map(({ name }) => [name, scope.get(name)])),
  });
  const files = new Map();
  for (const { path, content } of data.files) {
    const parts = path.map((part) => render(part, scope));
    if (!parts.every(Boolean)) continue;
    const isPlain = typeof content === "string";
    files.set(parts.join("/"), isPlain ? content : render(content, new Map(scope)));
  }
  return files;
}

/** Return the answers that have to be given: what differs from the default at its place. */
export function different(questions, states) {
  return questions
    .map(({ name }) => [name, states.get(name)])
    .filter(([, { isAsked, value, initial }]) => isAsked && value !== initial)
    .map(([name, { value }]) => [name, value]);
}
