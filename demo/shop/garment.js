// The shop's own part of the page: it asks for consent. Selvedge's client is told when the answer changes.

const CONSENT = "/v1/nl/en/consent";
const PURPOSES = ["session", "measurement"];
const banner = document.getElementById("consent");
const change = document.getElementById("change");

async function isAsked() {
  const { purposes = [] } = await (await fetch(CONSENT)).json();
  // Neither a choice of one's own nor a signal such as Global Privacy Control: nobody has said anything yet.
  return purposes.some((one) => PURPOSES.includes(one.purpose) && one.decidedBy === "none");
}

async function choose(purposes) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(CONSENT, { method: "PUT", headers, body: JSON.stringify({ purposes }) });
  if (!answer.ok) return;
  banner.hidden = true;
  change.hidden = false;
  change.focus();
  document.dispatchEvent(new Event("selvedge:consent"));
}

document.getElementById("accept").onclick = () => choose(PURPOSES);
document.getElementById("refuse").onclick = () => choose([]);
change.onclick = () => {
  banner.hidden = false;
  document.getElementById("accept").focus();
};
// A shop that cannot be asked is not asked: then nothing is remembered either.
const asked = await isAsked().catch(() => false);
banner.hidden = !asked;
change.hidden = asked;
