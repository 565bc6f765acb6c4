import { describe, expect, it, test } from 'vitest';
import { DEFAULT_PORTS, type UrlPolicy, urlOf } from '../../src/endpoint/url-policy.js';
import { addressPolicy } from '../../src/transport/address-policy.js';
import { refusal } from '../refusal.js';

const strict: UrlPolicy = {
  allowHttp: false,
  allowLocalNames: false,
  allowedPorts: DEFAULT_PORTS,
  allowsAddress: addressPolicy(),
};
const open: UrlPolicy = {
  ...strict,
  allowHttp: true,
  allowLocalNames: true,
  allowsAddress: addressPolicy({ allowPrivateNetworks: true }),
};

/** Why a URL is refused; the message never quotes it. */
function problemOf(url: unknown, policy = strict): string {
  const error = refusal(() => urlOf(url, policy));
  expect(error).toMatchObject({ code: 'invalid_input', field: 'url' });
  if (typeof url === 'string' && url.length > 8) expect(error.message).not.toContain(url);
  return error.message;
}

describe('by default a URL may be', () => {
  it.each([
    ['https://example.com', 'https://example.com/'],
    ['https://example.com/hooks?a=1&b=%20', 'https://example.com/hooks?a=1&b=%20'],
    ['HTTPS://EXAMPLE.com:443/Hooks', 'https://example.com/Hooks'],
    ['https://example.com:1024/', 'https://example.com:1024/'],
    ['https://example.com:65535/', 'https://example.com:65535/'],
    ['https://example.com:80/', 'https://example.com:80/'],
    ['https://93.184.215.14/', 'https://93.184.215.14/'],
    [
      'https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/',
      'https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/',
    ],
    ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
    ['https://localhost.example.com/', 'https://localhost.example.com/'],
    ['https://my-local.example.com/', 'https://my-local.example.com/'],
    ['https://notlocal.co/', 'https://notlocal.co/'],
  ])('%s', (text, href) => {
    expect(urlOf(text, strict).href).toBe(href);
  });
});

describe('what is no URL', () => {
  it.each([[undefined], [null], [5], [{}], [['https://example.com']], [new URL('https://example.com')]])(
    '%o',
    (value) => {
      expect(problemOf(value)).toMatch(/^`url` must be a URL of at most 2048 characters, got /);
    },
  );

  it.each([
    '',
    'hooks.example.org',
    '/hooks',
    '//example.org/hooks',
    'https://',
    'https://exa mple.com/',
    'https://[::1/',
  ])('%j', (text) => {
    expect(problemOf(text)).toContain('must be an absolute URL');
  });

  test('one of more than 2048 characters', () => {
    const text = `https://example.com/${'a'.repeat(2028)}`;
    expect(urlOf(text, strict).href).toHaveLength(2048);
    expect(problemOf(`${text}a`)).toContain('2048');
  });
});

describe('schemes', () => {
  it.each([
    'ftp://example.com/',
    'ws://example.com/',
    'file:///etc/passwd',
    'data:,x',
    'javascript:alert(1)',
  ])('%s is none, whatever is allowed', (url) => {
    expect(problemOf(url)).toContain('must begin with `https://`');
    expect(problemOf(url, open)).toContain('must begin with `https://`');
  });

  test('http needs `allowHttp`', () => {
    expect(problemOf('http://example.com/')).toContain('`allowHttp`');
    expect(urlOf('http://example.com/', open).href).toBe('http://example.com/');
  });
});

test.each(['https://user@example.com/', 'https://user:pass@example.com/', 'https://:pass@example.com/'])(
  '%s has credentials, which are refused and not quoted',
  (url) => {
    expect(problemOf(url)).toBe('`url` must have no credentials: use `headers`');
  },
);

test('a fragment would never be sent', () => {
  expect(problemOf('https://example.com/#part')).toContain('fragment');
  expect(urlOf('https://example.com/#', strict).hash).toBe('');
});

describe('ports', () => {
  it.each([1, 22, 25, 81, 442, 444, 1023])('%i is not among them by default', (port) => {
    expect(problemOf(`https://example.com:${port}/`)).toContain(`port ${port}`);
  });

  test('those that are allowed are the only ones', () => {
    const policy = { ...strict, allowedPorts: [8443, { from: 9000, to: 9001 }] };
    for (const port of [8443, 9000, 9001]) {
      expect(urlOf(`https://example.com:${port}/`, policy).port).toBe(String(port));
    }
    for (const port of [443, 8442, 8999, 9002]) {
      expect(problemOf(`https://example.com:${port}/`, policy)).toContain(`port ${port}`);
    }
  });

  test('the port that a scheme implies is asked about too', () => {
    const only = (port: number) => ({ ...open, allowedPorts: [port] });
    expect(problemOf('http://example.com/', only(443))).toContain('port 80');
    expect(problemOf('https://example.com/', only(80))).toContain('port 443');
    expect(urlOf('http://example.com/', only(80)).port).toBe('');
  });
});

describe('addresses in the URL', () => {
  it.each([
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0177.0.0.1/',
    'https://127.0.0.1./',
    'https://１２７.0.0.1/',
    'https://10.0.0.1/',
    'https://192.168.1.1:8443/',
    'https://172.16.0.1/',
    'https://100.64.0.1/',
    'https://[::1]/',
    'https://[fc00::1]/',
  ])('%s is private: it needs `allowPrivateNetworks`', (url) => {
    expect(problemOf(url)).toContain('`allowPrivateNetworks`');
    expect(urlOf(url, open)).toBeInstanceOf(URL);
  });

  it.each([
    'https://0.0.0.0/',
    'https://169.254.169.254/latest/meta-data/',
    'https://[fe80::1]/',
    'https://[fd00:ec2::254]/',
    'https://224.0.0.1/',
    'https://255.255.255.255/',
    'https://[::]/',
    'https://[64:ff9b::a9fe:a9fe]/',
    'https://[::ffff:169.254.169.254]/',
  ])('%s is never allowed', (url) => {
    expect(problemOf(url)).toContain('not on the public Internet');
    expect(problemOf(url, open)).toContain('metadata services never');
  });

  test('the policy is asked about the address without its brackets', () => {
    const asked: string[] = [];
    const policy: UrlPolicy = {
      ...strict,
      allowsAddress: (address) => {
        asked.push(address);
        return true;
      },
    };
    urlOf('https://[2606:4700::1111]/', policy);
    urlOf('https://127.1/', policy);
    urlOf('https://example.com/', policy);
    expect(asked).toEqual(['2606:4700::1111', '127.0.0.1']);
  });
});

describe('names of this machine or its network', () => {
  it.each([
    'https://localhost/',
    'https://localhost./',
    'https://LOCALHOST/',
    'https://api.localhost/',
    'https://printer.local/',
    'https://printer.local./',
    'https://metadata.google.internal/',
    'https://intranet/',
  ])('%s needs `allowPrivateNetworks`', (url) => {
    expect(problemOf(url)).toContain('`allowPrivateNetworks`');
    expect(urlOf(url, open)).toBeInstanceOf(URL);
  });
});
