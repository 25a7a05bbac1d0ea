/** The questions, as copier.yml asks them. */

import { element } from "./elements.js";
import { needs } from "./marks.js";

export class FormView {
  /** `choose` is called with the name of a question and what was chosen, or undefined. */
  constructor(questions, choose) {
    this.all = questions;
    this.questions = questions.filter(({ when }) => when !== "False");
    this.choose = choose;
    this.rows = new Map(this.questions.map((question) => [question.name, this.row(question)]));
    this.root = element("form", { className: "kc-form", "aria-label": "Questions" });
    this.root.addEventListener("submit", (event) => event.preventDefault());
    const sections = [...new Set(this.questions.map(({ section }) => section))];
    this.root.append(...sections.map((section) => this.section(section, section !== sections[0])));
  }

  section(title, open) {
    const own = this.questions.filter(({ section }) => section === title);
    const heading = element("h2", { textContent: title });
    return element(
      "details",
      { open },
      element("summary", {}, heading),
      ...own.map(({ name }) => this.rows.get(name).root),
    );
  }

  show(states) {
    for (const { name } of this.questions) {
      const row = this.rows.get(name);
      const state = states.get(name);
      row.show(state);
      row.root.classList.toggle("kc-unasked", !state.isAsked);
      row.root.disabled = !state.isAsked;
      row.reason.textContent = state.isAsked
        ? state.refusal && `Left at its default. ${state.refusal}`
        : `Needs ${needs(this.all, states, name)}`;
      row.root.classList.toggle("kc-refused", state.isAsked && state.refusal !== "");
    }
  }

  row(question) {
    const reason = element("p", { className: "kc-reason", id: `kc-${question.name}-reason` });
    const kind = question.choices ? this.radios : question.type === "bool" ? this.switch : this.text;
    return { reason, ...kind.call(this, question, reason) };
  }

  radios(question, reason) {
    const inputs = question.choices.map(({ value, label }) => {
      const [title, note = ""] = label.split(" · ");
      const input = element("input", { type: "radio", name: question.name, value });
      const refusal = element("small", { className: "kc-refusal" });
      input.addEventListener("change", () => this.choose(question.name, value));
      const text = element("span", {}, element("b", { textContent: title }));
      if (note) text.append(element("small", { textContent: note }));
      text.append(refusal);
      return { input, refusal, root: element("label", { className: "kc-choice" }, input, text) };
    });
    return {
      root: element(
        "fieldset",
        { className: "kc-question", "aria-describedby": reason.id },
        element("legend", {}, help(question), key(question)),
        element("div", { className: "kc-choices" }, ...inputs.map(({ root }) => root)),
        reason,
      ),
      show(state) {
        for (const { input, refusal } of inputs) {
          const choice = state.choices.find(({ value }) => value === input.value);
          input.checked = state.value === input.value;
          input.disabled = Boolean(choice?.refusal);
          refusal.textContent = choice?.refusal ?? "";
        }
      },
    };
  }

  switch(question, reason) {
    const input = element("input", {
      type: "checkbox",
      role: "switch",
      name: question.name,
      "aria-describedby": reason.id,
    });
    input.addEventListener("change", () => this.choose(question.name, input.checked));
    const label = element("label", { className: "kc-switch" }, input, help(question), key(question));
    return {
      root: element("fieldset", { className: "kc-question" }, label, reason),
      show(state) {
        input.checked = state.value;
      },
    };
  }

  text(question, reason) {
    const input = element("input", {
      type: "text",
      id: `kc-${question.name}`,
      name: question.name,
      autocomplete: "off",
      spellcheck: false,
      "aria-describedby": reason.id,
    });
    input.addEventListener("input", () => this.choose(question.name, input.value));
    const label = element("label", { for: input.id }, help(question), key(question));
    return {
      root: element("fieldset", { className: "kc-question" }, label, input, reason),
      show(state) {
        input.setAttribute("aria-invalid", String(state.refusal !== ""));
        if (state.refusal || input === document.activeElement) return;
        input.value = state.value;
      },
    };
  }
}

function help(question) {
  return element("span", { textContent: question.help });
}

function key(question) {
  return element("code", { className: "kc-key", textContent: question.name });
}
