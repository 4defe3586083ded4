// Cloudflare's REST interface for KV, over the local binding, so that publishing runs the same code here as
// in production with only another base URL. Shapes, limits and error codes follow
// https://developers.cloudflare.com/api/resources/kv/

const ROUTE = /^\/client\/v4\/accounts\/([^/]+)\/storage\/kv\/namespaces\/([^/]+)\/(bulk\/delete|bulk|keys|values\/(.+))$/;
const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);
const MAX_PAIRS = 10_000;
const MAX_BULK_BYTES = 100 * 1000 * 1000;
const MAX_VALUE_BYTES = 25 * 1024 * 1024;
const MAX_KEY_BYTES = 512;
const MAX_METADATA_BYTES = 1024;
const MIN_TTL_SECONDS = 60;
const WRITES_AT_ONCE = 50;

/** An answer that says what was wrong, with Cloudflare's code for it. */
class Refusal extends Error {
  constructor(status, code, message) {
    super(message);
    Object.assign(this, { status, code });
  }
}

const byteLength = (text) => new TextEncoder().encode(text).length;

function envelope(status, { errors = [], result = null, ...rest }) {
  const success = status < 400;
  return Response.json({ success, errors, messages: [], result, ...rest }, { status });
}

export const isKvRest = (request) => new URL(request.url).pathname.startsWith("/client/v4/");

/** Answers one call; `HOST_KV_TOKEN` and `HOST_KV_NAMESPACES` (id to binding) come with the host's start. */
export async function answerKvRest(request, env) {
  try {
    const url = new URL(request.url);
    authenticate(request, url, env);
    const [, , namespaceId, operation, key] = url.pathname.match(ROUTE) ?? [];
    const answer = ANSWERS[`${request.method} ${operation?.replace(/\/.*/, key ? "" : "$&")}`];
    if (!answer) throw new Refusal(404, 7000, "No route for that URI");
    const binding = JSON.parse(env.HOST_KV_NAMESPACES)[namespaceId];
    if (!binding) throw new Refusal(404, 10013, `namespace not found: '${namespaceId}'`);
    return await answer(env[binding], { request, url, key: key && checkedKey(decodeURIComponent(key)) });
  } catch (error) {
    if (error instanceof Refusal) {
      return envelope(error.status, { errors: [{ code: error.code, message: error.message }] });
    }
    console.error(error.stack);
    return envelope(500, { errors: [{ code: 10000, message: String(error) }] });
  }
}

function authenticate(request, url, env) {
  // A page that rebinds its name to 127.0.0.1 comes with its own host name.
  if (!LOOPBACK.has(url.hostname)) throw new Refusal(403, 10000, "only answered on the loopback interface");
  const [scheme, token] = (request.headers.get("authorization") ?? "").split(" ");
  if (scheme !== "Bearer" || !token) throw new Refusal(401, 10001, "Unable to authenticate request");
  if (!env.HOST_KV_TOKEN || token !== env.HOST_KV_TOKEN) throw new Refusal(403, 10000, "Authentication error");
}

const ANSWERS = {
  "PUT bulk": writeMany,
  "POST bulk/delete": deleteMany,
  "GET keys": listKeys,
  "GET values": readOne,
  "PUT values": writeOne,
  "DELETE values": deleteOne,
};

async function writeMany(namespace, { request }) {
  const pairs = await jsonList(request, MAX_PAIRS);
  const writes = pairs.map(checkedWrite);
  await inBatches(writes, ({ key, value, options }) => namespace.put(key, value, options));
  return manyDone(writes.length);
}

async function deleteMany(namespace, { request }) {
  const keys = await jsonList(request, MAX_PAIRS);
  await inBatches(keys.map(checkedKey), (key) => namespace.delete(key));
  return manyDone(keys.length);
}

async function listKeys(namespace, { url }) {
  const { prefix, cursor, limit = "1000" } = Object.fromEntries(url.searchParams);
  if (!(limit >= 10 && limit <= 1000)) throw new Refusal(400, 10011, "limit must be between 10 and 1000");
  const page = await namespace.list({ prefix, cursor, limit: Number(limit) });
  const resultInfo = { count: page.keys.length, cursor: page.list_complete ? "" : page.cursor };
  return envelope(200, { result: page.keys, result_info: resultInfo });
}

async function readOne(namespace, { key }) {
  const value = await namespace.get(key, "stream");
  if (value === null) throw new Refusal(404, 10009, "get: 'key not found'");
  return new Response(value, { headers: { "content-type": "application/octet-stream" } });
}

async function writeOne(namespace, { request, url, key }) {
  const { expiration_ttl, expiration } = Object.fromEntries(url.searchParams);
  const options = { expiration_ttl: expiration_ttl && Number(expiration_ttl), expiration: expiration && Number(expiration) };
  const value = new Uint8Array(await request.arrayBuffer());
  await namespace.put(key, checkedValue(key, value), checkedOptions(key, options));
  return envelope(200, {});
}

async function deleteOne(namespace, { key }) {
  await namespace.delete(key);
  return envelope(200, {});
}

const manyDone = (count) =>
  envelope(200, { result: { successful_key_count: count, unsuccessful_keys: [] } });

async function jsonList(request, most) {
  const body = await request.arrayBuffer();
  if (body.byteLength > MAX_BULK_BYTES) throw new Refusal(413, 10046, "the request is over 100 MB");
  let list;
  try {
    list = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (error) {
    throw new Refusal(400, 10012, `could not parse the request: ${error.message}`);
  }
  if (!Array.isArray(list)) throw new Refusal(400, 10012, "expected a JSON list");
  if (list.length > most) throw new Refusal(400, 10046, `over ${most} keys in one request`);
  return list;
}

function checkedWrite(pair) {
  const key = checkedKey(pair?.key);
  if (typeof pair.value !== "string") throw new Refusal(400, 10012, `the value of '${key}' is not a string`);
  const value = pair.base64 ? decoded(key, pair.value) : new TextEncoder().encode(pair.value);
  return { key, value: checkedValue(key, value), options: checkedOptions(key, pair) };
}

function decoded(key, text) {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    throw new Refusal(400, 10012, `the value of '${key}' is not base64`);
  }
}

function checkedKey(key) {
  if (typeof key !== "string" || key === "" || key === "." || key === "..") {
    throw new Refusal(400, 10014, `not a key: ${JSON.stringify(key)}`);
  }
  if (byteLength(key) > MAX_KEY_BYTES) throw new Refusal(414, 10030, `key over ${MAX_KEY_BYTES} bytes`);
  return key;
}

function checkedValue(key, value) {
  if (value.length > MAX_VALUE_BYTES) throw new Refusal(413, 10047, `the value of '${key}' is over 25 MiB`);
  return value;
}

function checkedOptions(key, { expiration_ttl: expirationTtl, expiration, metadata }) {
  if (expirationTtl !== undefined && !(expirationTtl >= MIN_TTL_SECONDS)) {
    throw new Refusal(400, 10034, `expiration_ttl of '${key}' must be at least ${MIN_TTL_SECONDS}`);
  }
  if (metadata !== undefined && byteLength(JSON.stringify(metadata)) > MAX_METADATA_BYTES) {
    throw new Refusal(400, 10048, `the metadata of '${key}' is over ${MAX_METADATA_BYTES} bytes`);
  }
  return { expirationTtl, expiration, metadata };
}

async function inBatches(items, act) {
  for (let start = 0; start < items.length; start += WRITES_AT_ONCE) {
    await Promise.all(items.slice(start, start + WRITES_AT_ONCE).map(act));
  }
}
