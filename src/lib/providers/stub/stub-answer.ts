import type { ServerResponse } from 'node:http';
import { stubProtocols, type StubAnswer } from './stub-protocols.ts';
import type { StubProvider, StubScenario } from './stub-scenario.ts';

const dripPauseMs = 20;
const hugeChunk = Buffer.alloc(64 * 1024, ' ');
const html = 'text/html';

/** Answers as the scenario says. Answers without end stop when the client has had enough. */
export function writeAnswer(
  response: ServerResponse,
  provider: StubProvider,
  { answer, status, id }: Pick<StubScenario, 'answer' | 'status'> & { id: string },
): void {
  const protocol = stubProtocols[provider];
  const accepted: StubAnswer = { status: 200, ...protocol.accept(id) };
  switch (answer) {
    case 'ok':
      return end(response, accepted);
    case 'refuse':
      return end(response, protocol.refuse());
    case 'throttle':
      return end(response, protocol.throttle());
    case 'error':
      return end(response, { status, type: 'application/json', body: '{"message":"The stub was told to fail"}' });
    case 'garbage':
      return end(response, { status: 200, type: html, body: '<html>\0Out of order</html>' });
    case 'incomplete':
      return end(response, { status: 200, type: 'application/json', body: protocol.incomplete });
    case 'hang':
      return;
    case 'close':
      response.destroy();
      return;
    case 'cut':
      response.writeHead(200, {
        'content-type': accepted.type,
        'content-length': Buffer.byteLength(accepted.body) + 10,
      });
      response.write(accepted.body, () => response.destroy());
      return;
    case 'drip':
      return drip(response, accepted.type);
    case 'huge':
      return flood(response, accepted.type);
  }
}

export function end(response: ServerResponse, { status, type, body }: StubAnswer): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}

function drip(response: ServerResponse, type: string): void {
  response.writeHead(200, { 'content-type': type });
  const timer = setInterval(() => response.write(' '), dripPauseMs);
  response.once('close', () => clearInterval(timer));
}

function flood(response: ServerResponse, type: string): void {
  response.writeHead(200, { 'content-type': type });
  const pour = (): void => {
    while (!response.destroyed && response.write(hugeChunk));
  };
  response.on('drain', pour);
  pour();
}
