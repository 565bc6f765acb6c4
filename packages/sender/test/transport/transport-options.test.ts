import { expect, test } from 'vitest';
import { httpTransport } from '../../src/transport/http-transport.js';

const misuse = (options: object) => () => httpTransport(options);

test.each([
  [{ connectionsPerOrigin: 0 }, '`connectionsPerOrigin` must be a whole number >= 1, got 0 (number)'],
  [{ connectionsPerOrigin: 1.5 }, '`connectionsPerOrigin` must be a whole number >= 1, got 1.5 (number)'],
  [{ connectionsPerOrigin: '8' }, '`connectionsPerOrigin` must be a whole number >= 1, got string'],
  [{ maxIdleConnections: -1 }, '`maxIdleConnections` must be a whole number >= 0, got -1 (number)'],
  [{ maxIdleConnections: Number.NaN }, '`maxIdleConnections` must be a whole number >= 0, got NaN (number)'],
  [{ resolve: ['127.0.0.1'] }, '`resolve` must be a function, got array'],
  [{ tls: { ca: 'no certificate' } }, '`tls.ca` must be a certificate in PEM or a list of them, got string'],
  [{ tls: { ca: [1] } }, '`tls.ca` must be a certificate in PEM or a list of them, got array'],
  [{ proxy: 'socks5://user:secret@proxy.test' }, '`proxy` must be an `http:` or `https:` URL, got string'],
  [{ proxy: 'proxy.test:secret' }, '`proxy` must be an `http:` or `https:` URL, got string'],
  [{ proxy: new URL('ftp://user:secret@proxy.test') }, '`proxy` must be an `http:` or `https:` URL, got URL'],
  [{ proxy: 8080 }, '`proxy` must be an `http:` or `https:` URL, got 8080 (number)'],
  [
    { proxy: 'http://user:secret%zz@proxy.test' },
    '`proxy` must be an `http:` or `https:` URL with its user and password percent-encoded, got string',
  ],
])('%j is refused', (options, message) => {
  expect(misuse(options)).toThrow(expect.objectContaining({ name: 'ConfigurationError', message }));
});

test('a transport that was never used closes, more than once', async () => {
  const transport = httpTransport();
  await transport.close();
  await transport.close();
});
