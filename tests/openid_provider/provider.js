// A real OpenID provider with a few people and clients: node provider.js <file>
//
// The file holds, as JSON: port; keys, the files of its signing keys, of which the first signs
// and all are shown, and which are made where they are missing; docs, where people come back to
// who sign in from the documentation page of the service. It is read again at SIGHUP.

import { generateKeyPairSync, randomUUID } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";

import Provider from "oidc-provider";

function key(path) {
  if (!existsSync(path)) {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const made = { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), alg: "RS256", use: "sig" };
    writeFileSync(path, JSON.stringify(made));
  }
  return JSON.parse(readFileSync(path, "utf8"));
}

// Whom somebody is, by what they type as their name: grace is an administrator, others are nobody special.
function person(name) {
  return {
    email: `${name}@example.com`,
    email_verified: name !== "mallory",
    name: name[0].toUpperCase() + name.slice(1),
    preferred_username: name,
    roles: name === "grace" ? ["boss"] : ["staff"],
  };
}

const scopes = "items:read items:write profile:read profile:write users:read";
const resources = {
  "https://shop.example.com": { accessTokenFormat: "jwt", jwt: { sign: { alg: "RS256" } } },
  "https://shop.example.com/opaque": { accessTokenFormat: "opaque", audience: "https://shop.example.com" },
  "https://bank.example.com": { accessTokenFormat: "jwt", jwt: { sign: { alg: "RS256" } } },
};

const browser = {
  grant_types: ["authorization_code"],
  response_types: ["code"],
  token_endpoint_auth_method: "none",
};
const program = {
  grant_types: ["client_credentials"],
  redirect_uris: [],
  response_types: [],
  client_secret: "a secret that only the tests know of",
};

function serve({ port, keys, docs }) {
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [
      { ...browser, client_id: "shop-web", redirect_uris: ["http://127.0.0.1/signed-in"], application_type: "native" },
      { ...browser, client_id: "other-web", redirect_uris: ["http://127.0.0.1/signed-in"], application_type: "native" },
      { ...browser, client_id: "shop-docs", redirect_uris: [docs] },
      { ...program, client_id: "shop-export" },
      { ...program, client_id: "shop-service" },
    ],
    jwks: { keys: keys.map(key) },
    cookies: { keys: ["a secret that only the tests know of"] },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "preferred_username"] },
    scopes: ["openid", "email", "profile", ...scopes.split(" ")],
    ttl: { AccessToken: 600, ClientCredentials: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...person(id) }) }),
    extraTokenClaims: (_, token) => (token.accountId ? person(token.accountId) : undefined),
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: true }, // its own pages: any name and password signs in
      introspection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, resource) => ({ scope: scopes, ...resources[resource] }),
        useGrantedResource: () => true,
      },
    },
  });
  return provider.callback();
}

const options = () => JSON.parse(readFileSync(process.argv[2], "utf8"));
let answer = serve(options());
process.on("SIGHUP", () => {
  answer = serve(options()); // what people and clients were given stays good
});
createServer((request, response) => answer(request, response)).listen(options().port, "127.0.0.1");
