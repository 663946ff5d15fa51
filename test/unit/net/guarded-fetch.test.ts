import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createDestinationRules } from '../../../src/lib/net/destination-rules.ts';
import {
  createGuardedFetch,
  type GuardedAnswer,
  type GuardedFetch,
  type Lookup,
} from '../../../src/lib/net/guarded-fetch.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return (server.address() as AddressInfo).port;
}

function aFetch(allowed: readonly string[], lookup?: Lookup): GuardedFetch {
  const guarded = createGuardedFetch(createDestinationRules(allowed), lookup);
  closers.push(() => guarded.close());
  return guarded;
}

const post = (guarded: GuardedFetch, url: string, timeoutMs = 2000): Promise<GuardedAnswer> =>
  guarded.post({ url, headers: {}, body: '{}', timeoutMs });

const notPublic = {
  kind: 'refused',
  reason: 'Not allowed: the host has an address that is not of the public internet',
};

describe('a request to a URL that somebody chose', () => {
  it('gets the status, and does not follow a redirect', async () => {
    const paths: string[] = [];
    const port = await listen(
      createServer((request, response) => {
        paths.push(request.url!);
        response.writeHead(302, { location: '/elsewhere' }).end('x'.repeat(100_000));
      }),
    );
    const guarded = aFetch(['127.0.0.1']);
    expect(await post(guarded, `http://127.0.0.1:${port}/a?b=c`)).toEqual({ kind: 'answered', status: 302 });
    expect(paths).toEqual(['/a?b=c']);
  });

  it('is not made when the name leads to a private address, also if only one of several does', async () => {
    for (const addresses of [['127.0.0.1'], ['1.1.1.1', '10.0.0.1'], ['::1'], ['::ffff:127.0.0.1']]) {
      const lookup: Lookup = async () =>
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      expect(await post(aFetch([], lookup), 'https://example.gov.uk/')).toEqual(notPublic);
    }
  });

  it('is not made when the name was public while it was checked and leads elsewhere now (DNS rebinding)', async () => {
    const answers = ['1.1.1.1', '127.0.0.1'];
    const asked: string[] = [];
    const lookup: Lookup = async (host) => {
      asked.push(host);
      return [{ address: answers.shift()!, family: 4 }];
    };
    const guarded = aFetch([], lookup);
    await guarded.check(new URL('https://rebind.example/'));
    expect(await post(guarded, 'https://rebind.example/')).toEqual(notPublic);
    // Once to check and once to connect: what is connected to was not looked up again.
    expect(asked).toEqual(['rebind.example', 'rebind.example']);
  });

  it('goes to the address that was checked, whatever a further look-up would say', async () => {
    let requests = 0;
    const port = await listen(createServer((_, response) => response.end(String((requests += 1)))));
    let lookups = 0;
    const lookup: Lookup = async () => [{ address: (lookups += 1) === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }];
    const guarded = aFetch([`receiver.example:${port}`], lookup);
    expect(await post(guarded, `http://receiver.example:${port}/`)).toEqual({ kind: 'answered', status: 200 });
    expect({ requests, lookups }).toEqual({ requests: 1, lookups: 1 });
  });

  it('is not made to metadata, even when everything is allowed', async () => {
    const lookup: Lookup = async () => [{ address: '169.254.169.254', family: 4 }];
    const guarded = aFetch(['metadata.example', '0.0.0.0/0', '::/0'], lookup);
    const reason = 'Not allowed: the host is an address of cloud metadata or link-local';
    expect(await post(guarded, 'http://metadata.example/')).toEqual({ kind: 'refused', reason });
    await expect(guarded.check(new URL('http://metadata.example/'))).rejects.toThrow(reason);
  });

  it('ends when there is no answer in time, when nobody listens, and when the certificate is of nobody known', async () => {
    const port = await listen(createServer(() => undefined));
    const guarded = aFetch(['127.0.0.1']);
    expect(await post(guarded, `http://127.0.0.1:${port}/`, 100)).toEqual({
      kind: 'timeout',
      reason: 'no answer within 0.1 s',
    });
    expect(await post(guarded, 'http://127.0.0.1:1/')).toMatchObject({ kind: 'connection' });
    const plain = await listen(createServer((_, response) => response.end()));
    expect(await post(guarded, `https://127.0.0.1:${plain}/`)).toMatchObject({ kind: 'connection' });
  });

  it('may be stored when its name cannot be looked up now', async () => {
    const lookup: Lookup = () => Promise.reject(new Error('ENOTFOUND'));
    const guarded = aFetch([], lookup);
    await expect(guarded.check(new URL('https://example.gov.uk/'))).resolves.toBeUndefined();
    expect(await post(guarded, 'https://example.gov.uk/')).toMatchObject({ kind: 'connection' });
  });
});
