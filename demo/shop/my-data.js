// What a person may do about their own data, against the Worker's /v1/me. No framework, no storage of its own.

const $ = (id) => document.getElementById(id);

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== null));
  return made;
}

function say(text, problem = "") {
  $("said").textContent = text;
  $("problem").textContent = problem;
  $("problem").hidden = !problem;
}

/** The answer's JSON. Throws an Error with the problem's words. */
async function ask(path, method = "GET", content = undefined) {
  const options = { method, credentials: "same-origin", headers: {} };
  if (content !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(content);
  }
  const answer = await fetch(path, options);
  const found = answer.status === 204 ? {} : await answer.json();
  if (!answer.ok) throw Object.assign(new Error(`${found.title}. ${found.detail ?? ""}`), { status: answer.status });
  return found;
}

/** Do something that a person asked for, and tell what came of it. */
async function attempt(done, work) {
  try {
    await work();
    say(done);
  } catch (error) {
    say("", error.message);
  }
}

async function showConsent() {
  const { purposes } = await ask("/v1/me/consent");
  const allowed = new Map(purposes.map((one) => [one.purpose, one.allowed]));
  for (const box of $("allow").querySelectorAll("input")) box.checked = allowed.get(box.name) ?? false;
  const may = allowed.get("session") && allowed.get("profile");
  $("like").hidden = !may;
  $("like-needs").hidden = may;
  return may;
}

async function showQuestions(declared) {
  const { questions } = await ask("/v1/me/questionnaire");
  $("questions").replaceChildren(...questions.filter((one) => one.choices.length).map((one) => question(one, declared)));
}

function question({ id, text, choices }, declared) {
  const chosen = new Set(declared[id] ?? []);
  const boxes = choices.map(({ value, label }) =>
    element("label", {}, element("input", { type: "checkbox", name: id, value, checked: chosen.has(value) }), label));
  return element("fieldset", {}, element("legend", { textContent: text }), element("div", { className: "choices" }, ...boxes));
}

function answers() {
  const found = {};
  for (const box of $("questions").querySelectorAll("input")) {
    found[box.name] ??= [];
    if (box.checked) found[box.name].push(box.value);
  }
  return found;
}

async function showKept() {
  const me = await ask("/v1/me");
  const rows = [
    ["You are known as", me.shopper ?? "nobody: this browser has brought nothing along"],
    ["Revision of your profile", String(me.revision)],
    ...Object.entries(me.declared ?? {}).filter(([, values]) => values.length).map(([name, values]) => [`You said: ${name}`, values.join(", ")]),
    ["Leanings derived from what you did", (me.affinities ?? []).map((one) => one.value ?? one[1]).join(", ") || "none"],
    ["Consent on record", (me.consent ?? []).filter((one) => one.allowed).map((one) => one.purpose).join(", ") || "none"],
  ];
  $("kept").replaceChildren(...rows.flatMap(([name, value]) =>
    [element("dt", { textContent: name }), element("dd", { textContent: value })]));
  return me.declared ?? {};
}

async function showAll() {
  const may = await showConsent();
  const declared = await showKept();
  if (may) await showQuestions(declared);
}

async function download() {
  const everything = await ask("/v1/me/export");
  const file = new Blob([JSON.stringify(everything, null, 2)], { type: "application/json" });
  const link = element("a", { href: URL.createObjectURL(file), download: "my-data.json" });
  link.click();
  URL.revokeObjectURL(link.href);
}

async function erase() {
  const { receipts } = await ask("/v1/me/erasure", "POST");
  $("receipts").replaceChildren(...receipts.flatMap((one) => [
    element("dt", { textContent: `Receipt ${one.id}` }),
    element("dd", {}, element("a", { href: `/v1/me/erasures/${encodeURIComponent(one.id)}`, textContent: "what has been done so far" })),
  ]));
  askWhetherSure(false);
  await showAll();
}

function askWhetherSure(open) {
  $("erase-sure").hidden = !open;
  $("erase").hidden = open;
  $(open ? "erase-not" : "erase").focus();
}

$("allow").onsubmit = (event) => {
  event.preventDefault();
  const purposes = [...$("allow").querySelectorAll("input:checked")].map((box) => box.name);
  attempt("Your choice is saved.", async () => {
    await ask("/v1/me/consent", "PUT", { purposes });
    await showAll();
  });
};
$("like").onsubmit = (event) => {
  event.preventDefault();
  attempt("Your answers are saved; lists go by them from now on.", async () => {
    await ask("/v1/me/questionnaire", "POST", { answers: answers() });
    await showKept();
  });
};
$("export").onclick = () => attempt("The file has everything that is held.", download);
$("object").onclick = () => attempt("No list goes by your profile any more.", () => ask("/v1/me/objection", "PUT", { objected: true }));
$("agree").onclick = () => attempt("Lists go by your profile again.", () => ask("/v1/me/objection", "PUT", { objected: false }));
$("erase").onclick = () => askWhetherSure(true);
$("erase-not").onclick = () => askWhetherSure(false);
$("erase-now").onclick = () => attempt("Everything is erased. Keep the receipt to ask later what was done.", erase);

attempt("", showAll);
