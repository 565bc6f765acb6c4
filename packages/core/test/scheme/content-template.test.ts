import { describe, expect, it } from 'vitest';
import type { ContentPart } from '../../src/crypto/port.js';
import { contentTemplate } from '../../src/scheme/content-template.js';

const body = Buffer.from('{"a":1}');
const message = {
  id: 'msg_1',
  timestamp: '1700000000',
  method: 'POST',
  url: 'https://example.com/hook',
  body,
};

/** The parts as text, and whether the body is among them as the very bytes given. */
function joined(parts: readonly ContentPart[]): string {
  return parts.map((part) => (part === body ? '<body>' : String(part))).join('');
}

describe('contentTemplate', () => {
  it.each([
    ['{body}', '<body>'],
    ['{id}.{timestamp}.{body}', 'msg_1.1700000000.<body>'],
    ['v0:{timestamp}:{body}', 'v0:1700000000:<body>'],
    ['{timestamp}{body}', '1700000000<body>'],
    ['{body}{timestamp}', '<body>1700000000'],
    ['{method}{url}{body}{timestamp}', 'POSThttps://example.com/hook<body>1700000000'],
    ['{url}', 'https://example.com/hook'],
    ['{body}.{body}', '<body>.<body>'],
    ['POST{body}', 'POST<body>'],
    ['$& {id} $1', '$& msg_1 $1'],
    ['', ''],
  ])('builds %j', (template, expected) => {
    expect(joined(contentTemplate(template).build(message))).toBe(expected);
  });

  it('never interprets what it puts in', () => {
    const hostile = { ...message, id: '{body}$&', timestamp: '{id}' };
    expect(joined(contentTemplate('{id}.{timestamp}.{body}').build(hostile))).toBe('{body}$&.{id}.<body>');
  });

  it.each([
    ['{id}.{timestamp}.{body}', '.'],
    ['{timestamp}:{id}::{body}', '::'],
    ['{body}{id}', ''],
    ['{id}{timestamp}', ''],
    ['{timestamp}.{body}', ''],
  ])('the delimiter behind the id of %j is %j', (template, delimiter) => {
    expect(contentTemplate(template).idDelimiter).toBe(delimiter);
  });

  it('knows which parts it has', () => {
    const template = contentTemplate('{id}.{body}');
    const parts = ['id', 'timestamp', 'body', 'url', 'method'] as const;
    expect(parts.filter((part) => template.has(part))).toEqual(['id', 'body']);
  });

  it.each(['{timestmap}.{body}', '{ID}.{body}', '{}', '{id }', '{constructor}'])('refuses %j', (template) => {
    const named = /\{[^}]*\}/.exec(template)?.[0];
    expect(() => contentTemplate(template)).toThrow(
      `\`content\` must name only {id}, {timestamp}, {body}, {url}, {method}, got ${named}`,
    );
  });

  it.each(['id', 'timestamp', 'url', 'method'] as const)('says that %s is missing', (part) => {
    const incomplete = { ...message, [part]: undefined };
    expect(() => contentTemplate(`{${part}}.{body}`).build(incomplete)).toThrow(
      `the signed content needs \`${part}\`, which is missing`,
    );
  });
});
