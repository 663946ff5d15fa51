/** The prose of the OpenAPI document. */

export const apiDescription = `Sends text messages, emails and letters, and says what became of them. Compatible with
GOV.UK Notify: its official clients work with the base URL of this server.

**Requests** are JSON whatever their content type says; members that are not listed are refused where the schema says so,
and of a member that is given twice the last counts.

**Errors** of paths under \`/v2/\` are \`{"status_code", "errors": [{"error", "message"}]}\`: decide by \`error\`, show \`message\`.
All others are \`{"result": "error", "message"}\`: an unknown path (404), a known path with another method (405, with \`Allow\`),
and a body that is too large (413). The first two are answered before the token is looked at.

**Every answer** carries \`X-B3-TraceId\`, which the logs of the server name, too; it is yours if you sent a usable one.
Times are UTC, as in \`2026-01-31T12:00:00.000000Z\`.`;

export const tokenDescription = `A JSON Web Token that you sign for each request, or for a few seconds of them. An API key is
\`<name>-<service id>-<secret>\`: its last 36 characters are the secret, the 36 before the hyphen the service id. Header
\`{"alg": "HS256", "typ": "JWT"}\`, claims \`iss\` (the service id) and \`iat\` (seconds since 1970, at most 30 s wrong), signed
by HMAC-SHA256 with the secret's text as the key.`;

export const passwordDescription = 'User and password that a provider was given, as the configuration has them.';

export const gatewaySecretDescription =
  'The secret that a gateway was given; the configuration may name another header for it.';

export const apiTags = [
  { name: 'Notifications', description: 'Send messages, and ask what became of them.' },
  { name: 'Templates', description: 'What messages are made of.' },
  { name: 'Received texts', description: 'Text messages that people sent to the numbers of the service.' },
  { name: 'Broadcasts', description: 'Alerts to every phone in an area.' },
  { name: 'Receipts', description: 'What providers post: what became of messages, and the texts that people send.' },
  { name: 'Documents', description: 'Files that were sent by email.' },
  { name: 'v1', description: 'The first version: it still works, and nobody should begin with it.' },
  { name: 'Status', description: 'What runs here.' },
] as const;
