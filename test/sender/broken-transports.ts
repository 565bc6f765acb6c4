import {
  type Exchange,
  type ExchangeRequest,
  type FailureReason,
  httpTransport,
  type Transport,
} from '@countersign/sender';
import type { TransportSetup } from '@countersign/testing';
import { fetchTransport, nodeTransport, socketTransport } from './naive-transports.js';

/** A transport with a fault, and the rules that must find it. */
export interface BrokenTransport {
  readonly fault: string;
  create(setup: TransportSetup): Transport;
  readonly breaks: readonly string[];
}

type Response = Extract<Exchange, { kind: 'response' }>;

const working = ({ resolve, ca }: TransportSetup): Transport => httpTransport({ resolve, tls: { ca } });

/** One whose exchanges go another way; `exchange` is that of one that works. */
const exchanging =
  (change: (request: ExchangeRequest, transport: Transport) => Promise<Exchange>) =>
  (setup: TransportSetup): Transport => {
    const transport = working(setup);
    return { exchange: (request) => change(request, transport), close: () => transport.close() };
  };

/** One that asks for something else. */
const requesting = (change: (request: ExchangeRequest) => Partial<ExchangeRequest>) =>
  exchanging((request, transport) => transport.exchange({ ...request, ...change(request) }));

/** One that tells something else of an answer. */
const answering = (change: (response: Response, request: ExchangeRequest) => Exchange) =>
  exchanging(async (request, transport) => {
    const exchange = await transport.exchange(request);
    return exchange.kind === 'response' ? change(exchange, request) : exchange;
  });

/** One that gives this reason for every failure. */
const blaming = (reason: FailureReason) =>
  exchanging(async (request, transport) => {
    const exchange = await transport.exchange(request);
    return exchange.kind === 'failure' ? { ...exchange, reason } : exchange;
  });

const mapped = (headers: Readonly<Record<string, string>>, change: (value: string) => string) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, change(value)]));

const elsewhere = (url: URL, change: (changed: URL) => void): URL => {
  const changed = new URL(url);
  change(changed);
  return changed;
};

const never = (): AbortSignal => new AbortController().signal;

const sending: readonly BrokenTransport[] = [
  {
    fault: 'takes the body for text',
    create: requesting(({ body }) => ({ body: Buffer.from(Buffer.from(body).toString()) })),
    breaks: ["sends the body's bytes as they are, with their length"],
  },
  {
    fault: 'sends the whole buffer behind the body',
    create: requesting(({ body }) => ({ body: new Uint8Array(body.buffer) })),
    breaks: ['sends a part of a larger buffer, and nothing beside it'],
  },
  {
    fault: 'sends `null` for an empty body',
    create: requesting(({ body }) => ({ body: body.length === 0 ? Buffer.from('null') : body })),
    breaks: ['sends an empty body with its length'],
  },
  {
    fault: 'sends 1 MiB at most',
    create: requesting(({ body }) => ({ body: body.subarray(0, 1024 * 1024) })),
    breaks: ['sends a body of 5 MiB whole'],
  },
  {
    fault: 'knows one path',
    create: requesting(({ url }) => ({
      url: elsewhere(url, (changed) => {
        changed.pathname = '/hook';
        changed.search = '';
      }),
    })),
    breaks: [
      'sends the path and the query as they stand in the URL',
      'sends the root where the URL has no path',
    ],
  },
  {
    fault: 'encodes header values',
    create: requesting(({ headers }) => ({ headers: mapped(headers, encodeURIComponent) })),
    breaks: ['sends the headers as they are, each once'],
  },
  {
    fault: 'mends header values',
    create: requesting(({ headers }) => ({
      headers: mapped(headers, (value) => value.replace(/[^\x20-\x7e]/g, '')),
    })),
    breaks: ['a header that cannot be written is a failure, and nothing is sent'],
  },
  {
    fault: 'asks for compression',
    create: requesting(({ headers }) => ({ headers: { ...headers, 'accept-encoding': 'gzip, br' } })),
    breaks: ['asks for no encoding of the answer, no other protocol and no permission to send'],
  },
  {
    fault: 'tries again by itself',
    create: exchanging(async (request, transport) => {
      const exchange = await transport.exchange(request);
      return exchange.kind === 'failure' ? transport.exchange(request) : exchange;
    }),
    breaks: ['a request is written once, also where its connection is lost'],
  },
  {
    fault: 'keeps no connection',
    create: requesting(({ headers }) => ({ headers: { ...headers, connection: 'close' } })),
    breaks: ['a connection is used again'],
  },
];

const answers: readonly BrokenTransport[] = [
  {
    fault: 'tells no headers',
    create: answering((response) => ({ ...response, headers: {} })),
    breaks: [
      'the status, the headers and the body of the answer come back',
      'values of a repeated header are joined',
      'a header may have any name',
      'a redirect is an answer, and is not followed',
      'a compressed body comes back compressed',
    ],
  },
  {
    fault: 'tells the first bytes of a body',
    create: answering((response) => ({ ...response, body: response.body.subarray(0, 4) })),
    breaks: [
      'a chunked body comes back joined, without its trailers',
      'a body that ends with the connection comes back whole',
      'interim answers are passed over',
      'a `100 Continue` that nobody asked for is passed over',
      'an answer too many is not the answer to the next request',
      'the rest of an answer that was cut is not the next answer',
    ],
  },
  {
    fault: 'makes a body where there is none',
    create: answering((response) => ({
      ...response,
      body: response.body.length === 0 ? Buffer.from(`Status ${response.status}`) : response.body,
    })),
    breaks: [
      'an answer without a body has none',
      'an answer that has no body has none, whatever its head says of one',
      'nothing of a body is kept where nothing was asked for',
    ],
  },
  {
    fault: 'takes what is no success for a failure',
    create: answering((response) =>
      response.status < 300 ? response : { kind: 'failure', reason: 'protocol', message: 'no success' },
    ),
    breaks: [
      'every status is an answer',
      'a redirect is an answer, and is not followed',
      'an answer that comes while the body is not read is an answer',
    ],
  },
  {
    fault: 'reads all of a body',
    create: requesting(() => ({ maxResponseBytes: Number.MAX_SAFE_INTEGER })),
    breaks: [
      'a body that is longer than was asked for is cut, and keeps its status',
      'nothing of a body is kept where nothing was asked for',
      'a body without end is left, and its connection closed',
      'the rest of an answer that was cut is not the next answer',
    ],
  },
  {
    fault: 'cannot tell whole from cut',
    create: answering((response, { maxResponseBytes }) => ({
      ...response,
      truncated: response.body.length >= maxResponseBytes,
    })),
    breaks: ['a body of just the length that was asked for is whole'],
  },
];

const deadlines: readonly BrokenTransport[] = [
  {
    fault: 'knows no signal',
    create: requesting(() => ({ signal: never() })),
    breaks: [
      'the signal ends a connection that is neither made nor refused',
      'the signal ends a TLS handshake without an answer',
      'the signal ends a name resolution without an answer, which is told',
      'the signal ends a wait for an answer',
      'the signal ends headers that come byte by byte',
      'the signal ends interim answers without end',
      'the signal ends a body that comes byte by byte: its 2xx is no answer',
      'the signal ends a body that stops',
      'the signal ends a request that nobody reads',
      'a signal that has ended already lets nothing be sent',
      'the end of one exchange is not the end of another at the same server',
      'of 50 exchanges at once each gets its own answer or its own end',
    ],
  },
  {
    fault: 'lets the exchange run on behind the signal',
    create: exchanging((request, transport) => {
      const late = new Promise<Exchange>((resolve) => {
        request.signal.addEventListener('abort', () => {
          resolve({ kind: 'failure', reason: 'timeout', message: 'too late' });
        });
      });
      return Promise.race([late, transport.exchange({ ...request, signal: never() })]);
    }),
    breaks: [
      'the signal ends a connection that is neither made nor refused',
      'the signal ends a TLS handshake without an answer',
      'the signal ends a name resolution without an answer, which is told',
      'the signal ends a wait for an answer',
      'the signal ends headers that come byte by byte',
      'the signal ends interim answers without end',
      'the signal ends a body that comes byte by byte: its 2xx is no answer',
      'the signal ends a body that stops',
    ],
  },
  {
    fault: 'ends all exchanges with one',
    create: exchanging((request, transport) => {
      request.signal.addEventListener('abort', () => void transport.close());
      return transport.exchange(request);
    }),
    breaks: [
      'a signal that ends behind the answer changes nothing',
      'the end of one exchange is not the end of another at the same server',
    ],
  },
  {
    fault: 'makes one exchange at a time',
    create: (setup) => {
      let last: Promise<unknown> = Promise.resolve();
      return exchanging((request, transport) => {
        const exchange = last.then(() => transport.exchange(request));
        last = exchange;
        return exchange;
      })(setup);
    },
    breaks: [
      'the end of one exchange is not the end of another at the same server',
      'of 50 exchanges at once each gets its own answer or its own end',
    ],
  },
  {
    fault: 'does nothing in `close`',
    create: (setup) => ({
      ...exchanging((request, transport) => transport.exchange(request))(setup),
      close: async () => {},
    }),
    breaks: [
      '`close` ends the exchanges that are under way',
      '`close` ends an exchange whose name is being resolved',
      '`close` closes the connections that were kept',
      'nothing is sent after `close`',
    ],
  },
];

const faults: readonly BrokenTransport[] = [
  {
    fault: 'calls every failure a protocol error',
    create: blaming('protocol'),
    breaks: [
      'a connection that is reset before the answer is one',
      'a connection that is closed before the answer is a reset',
      "a connection that is closed within the answer's head is a reset",
      "a connection that is closed within the answer's body is a reset",
      'a connection that is closed within a last answer is a reset',
      'a connection that is closed within a chunked body is a reset',
      'a connection that is closed within a last chunked body is a reset',
      'a port at which nothing listens is a failure to connect',
      'a name without an address is a DNS failure',
      'a server that does not speak TLS is refused',
      'a server that closes within the handshake is a TLS failure',
      'the signal ends a wait for an answer',
    ],
  },
  {
    fault: 'calls every failure a reset',
    create: blaming('reset'),
    breaks: [
      'what is not HTTP is no answer',
      'a status that is none is no answer',
      'a header that is none is no answer',
      'two lengths are no answer',
      'a chunk without a length is no answer',
      'a status below 100 is no answer',
      'another protocol, that nobody asked for, is no answer',
      'another protocol, that is not even named, is no answer',
      'headers without end are no answer, and their connection is closed',
      'a header that cannot be written is a failure, and nothing is sent',
      'a URL of another scheme is a failure',
    ],
  },
  {
    fault: 'rejects',
    create: exchanging(async (request, transport) => {
      const exchange = await transport.exchange(request);
      if (exchange.kind === 'failure') throw new Error(exchange.message);
      return exchange;
    }),
    breaks: [
      'a connection that is reset before the answer is one',
      'a port at which nothing listens is a failure to connect',
      'a URL of another scheme is a failure',
      'the signal ends a wait for an answer',
    ],
  },
  {
    fault: 'leaves a rejection behind',
    create: exchanging((request, transport) => {
      void transport.exchange(request).then(({ kind }) => {
        if (kind === 'failure') throw new Error('unheard');
      });
      return transport.exchange(request);
    }),
    breaks: ['a port at which nothing listens is a failure to connect'],
  },
  {
    fault: 'tells what was sent',
    create: exchanging(async (request, transport) => {
      const exchange = await transport.exchange(request);
      const { authorization } = request.headers;
      return exchange.kind === 'failure'
        ? { ...exchange, message: `failed with ${authorization}` }
        : exchange;
    }),
    breaks: [
      'a connection that is reset before the answer is one',
      'a port at which nothing listens is a failure to connect',
    ],
  },
];

/** What a policy is not asked at all. */
const UNASKED = [
  'the policy is asked about an IPv4 address in a URL',
  'the policy is asked about an IPv6 address in a URL',
  'the policy is asked about the address of `localhost`',
  'no connection is made to an address that is refused, in whatever spelling',
  'no connection is made to `localhost` where its address is refused',
  'no connection is made for https where the address is refused',
  'a policy that fails allows nothing',
  'the policy is asked for every connection',
  'the policy is asked again about a connection that was kept',
  'exchanges of one policy do not use what only another one allows',
];

const NAMES = [
  'no connection is made for a name whose addresses are all refused, and none of them is told',
  'a name whose answer changes behind the check leads nowhere',
  'of several addresses only those that are allowed are connected to',
  'an allowed address that cannot be reached does not make way for one that is refused',
];

const addresses: readonly BrokenTransport[] = [
  {
    fault: 'asks nobody',
    create: requesting(() => ({ allowsAddress: () => true })),
    breaks: [...UNASKED, ...NAMES, 'an allowed address that cannot be reached makes way for another one'],
  },
  {
    fault: 'checks a name, and then resolves it again',
    create: (setup) =>
      exchanging(async (request, transport) => {
        const { hostname } = request.url;
        const found = await setup.resolve(hostname, request.signal).catch(() => ['127.0.0.1']);
        if (found.some((address) => request.allowsAddress(address))) {
          return transport.exchange({ ...request, allowsAddress: () => true });
        }
        return { kind: 'failure', reason: 'blocked_address', message: 'not allowed' };
      })(setup),
    breaks: NAMES.slice(1),
  },
  {
    fault: 'asks about what stands in the URL',
    create: exchanging(async (request, transport) => {
      const isAllowed = request.allowsAddress(request.url.hostname);
      if (isAllowed) return transport.exchange({ ...request, allowsAddress: () => true });
      return { kind: 'failure', reason: 'blocked_address', message: 'not allowed' };
    }),
    breaks: [
      'the policy is asked about the address of `localhost`',
      'a policy that fails allows nothing',
      'an allowed address that cannot be reached makes way for another one',
    ],
  },
  {
    fault: 'remembers verdicts',
    create: (setup) => {
      const verdicts = new Map<string, boolean>();
      return requesting(({ allowsAddress }) => ({
        allowsAddress: (address) => {
          const verdict = verdicts.get(address) ?? allowsAddress(address);
          verdicts.set(address, verdict);
          return verdict;
        },
      }))(setup);
    },
    breaks: [
      'the policy is asked for every connection',
      'the policy is asked again about a connection that was kept',
      'exchanges of one policy do not use what only another one allows',
    ],
  },
  {
    fault: 'allows what a policy fails to judge',
    create: requesting(({ allowsAddress }) => ({
      allowsAddress: (address) => {
        try {
          return allowsAddress(address);
        } catch {
          return true;
        }
      },
    })),
    breaks: ['a policy that fails allows nothing'],
  },
  {
    fault: 'tells which addresses a name has',
    create: exchanging(async (request, transport) => {
      const asked: string[] = [];
      const allowsAddress = (address: string): boolean => {
        asked.push(address);
        return request.allowsAddress(address);
      };
      const exchange = await transport.exchange({ ...request, allowsAddress });
      return exchange.kind === 'failure' ? { ...exchange, message: `tried ${asked.join()}` } : exchange;
    }),
    breaks: NAMES.slice(0, 1),
  },
  {
    fault: 'knows one address of a name',
    create: ({ resolve, ca }) =>
      httpTransport({ resolve: async (...asked) => (await resolve(...asked)).slice(0, 1), tls: { ca } }),
    breaks: [
      'of several addresses only those that are allowed are connected to',
      'an allowed address that cannot be reached makes way for another one',
    ],
  },
  {
    fault: 'trusts no other authority',
    create: ({ resolve }) => httpTransport({ resolve }),
    breaks: [
      'https is spoken with a server whose certificate is good for the name',
      'https is spoken with a server whose certificate is good for the address',
    ],
  },
];

const naive: readonly BrokenTransport[] = [
  {
    fault: "is the platform's `fetch`",
    create: fetchTransport,
    breaks: [
      'a redirect is an answer, and is not followed',
      'a compressed body comes back compressed',
      'a `100 Continue` that nobody asked for is passed over',
      'asks for no encoding of the answer, no other protocol and no permission to send',
      'a body that is longer than was asked for is cut, and keeps its status',
      'a body without end is left, and its connection closed',
      'a connection that is reset before the answer is one',
      '`close` closes the connections that were kept',
      ...UNASKED,
    ],
  },
  {
    fault: 'is `node:http` with certificates left alone',
    create: nodeTransport,
    breaks: [
      'a certificate that has expired is refused, and nothing is sent',
      'a certificate for another name is refused, and nothing is sent',
      'a body without end is left, and its connection closed',
      "a connection that is closed within the answer's body is a reset",
      ...UNASKED,
    ],
  },
  {
    fault: 'is a socket for each host',
    create: socketTransport,
    breaks: [
      'interim answers are passed over',
      'a `100 Continue` that nobody asked for is passed over',
      'a chunked body comes back joined, without its trailers',
      'an answer that comes while the body is not read is an answer',
      'headers without end are no answer, and their connection is closed',
      'a connection that the answer ends is not used again',
      'a connection that the server closed while it was idle is no failure',
      'a connection that the server reset while it was idle is no failure',
      'an answer too many is not the answer to the next request',
      ...UNASKED,
    ],
  },
];

export const brokenTransports: readonly BrokenTransport[] = [
  ...sending,
  ...answers,
  ...deadlines,
  ...faults,
  ...addresses,
  ...naive,
];
