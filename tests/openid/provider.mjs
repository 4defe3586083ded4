// A real OpenID provider on 127.0.0.1 for tests. Its first line of output is its issuer; each line of input
// {"keep": bool} gives it new keys, beside the old ones or in their place, and is answered by a line.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { Provider } from "oidc-provider";

const KINDS = {
  RS256: ["rsa", { modulusLength: 2048 }],
  PS256: ["rsa", { modulusLength: 2048 }],
  ES256: ["ec", { namedCurve: "P-256" }],
  EdDSA: ["ed25519", {}],
};
const RESOURCE = "urn:test:shop-api";
const REDIRECT = "http://127.0.0.1/callback";

const newKeys = () =>
  Object.entries(KINDS).map(([alg, [kind, options]]) => ({
    ...generateKeyPairSync(kind, options).privateKey.export({ format: "jwk" }),
    alg,
    use: "sig",
    kid: randomUUID(),
  }));

const shops = Object.keys(KINDS).map((alg) => ({
  client_id: `shop-${alg}`,
  application_type: "native",
  token_endpoint_auth_method: "none",
  id_token_signed_response_alg: alg,
  redirect_uris: [REDIRECT],
}));
const job = {
  client_id: "job",
  client_secret: "secret-of-a-job",
  grant_types: ["client_credentials"],
  redirect_uris: [],
  response_types: [],
};

const resource = () => ({
  scope: "shop",
  audience: RESOURCE,
  accessTokenFormat: "jwt",
  jwt: { sign: { alg: "RS256" } },
});

let keys = newKeys();
const provide = (issuer) =>
  new Provider(issuer, {
    clients: [...shops, job],
    jwks: { keys },
    cookies: { keys: [randomUUID()] },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    pkce: { required: () => true },
    scopes: ["openid", "shop"],
    ttl: { AccessToken: 600, ClientCredentials: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        getResourceServerInfo: resource,
        useGrantedResource: () => true,
      },
    },
  }).callback();

let answer;
const server = createServer((request, response) => answer(request, response));
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  answer = provide(issuer);
  console.log(issuer);
  const lines = createInterface({ input: process.stdin });
  lines.on("line", (line) => {
    keys = JSON.parse(line).keep ? [...newKeys(), ...keys] : newKeys();
    answer = provide(issuer);
    console.log("rotated");
  });
  lines.on("close", () => process.exit(0)); // whoever started it has ended
});
