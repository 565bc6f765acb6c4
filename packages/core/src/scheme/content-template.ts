import type { ContentPart } from '../crypto/port.js';
import { ConfigurationError } from '../errors/webhook-error.js';
import type { Message } from './port.js';

const PARTS = ['id', 'timestamp', 'body', 'url', 'method'] as const;

/** A part of the signed content that a template may name in braces. */
export type TemplatePart = (typeof PARTS)[number];

/** The template itself, or a text that names the part that does not exist, for a readable compile error. */
export type CheckedContent<Template extends string> = [UnknownPart<Template>] extends [never]
  ? Template
  : UnknownPart<Template>;

type UnknownPart<Template extends string> = Template extends `${string}{${infer Part}}${infer Rest}`
  ? Part extends TemplatePart
    ? UnknownPart<Rest>
    : `unknown part {${Part}}`
  : never;

/** A template such as `{id}.{timestamp}.{body}`, taken apart once. */
export interface ContentTemplate {
  has(part: TemplatePart): boolean;
  /** The literal that ends the id, which an id must not contain. */
  readonly idDelimiter: string;
  /** The signed content: text parts and the body's own bytes, in order. */
  build(message: Message): readonly ContentPart[];
}

/** Takes a template apart; a `ConfigurationError` names a part that does not exist. */
export function contentTemplate(template: string): ContentTemplate {
  const tokens = template.split(/\{([^{}]*)\}/);
  const parts = tokens.map((token, index) => (index % 2 === 0 ? literal(token) : named(token)));
  const has = (part: TemplatePart): boolean => parts.some((token) => token.part === part);
  const afterId = parts.findIndex((token) => token.part === 'id') + 1;
  return {
    has,
    idDelimiter: afterId === 0 ? '' : (parts[afterId]?.text ?? ''),
    build(message) {
      const content: ContentPart[] = [];
      let text = '';
      for (const { part, text: literalText } of parts) {
        if (part !== 'body') {
          text += part === undefined ? literalText : needed(part, partOf(message, part));
          continue;
        }
        if (text !== '') content.push(text);
        content.push(message.body);
        text = '';
      }
      if (text !== '') content.push(text);
      return content;
    },
  };
}

interface Token {
  readonly part: TemplatePart | undefined;
  readonly text: string;
}

const literal = (text: string): Token => ({ part: undefined, text });

function named(name: string): Token {
  const part = PARTS.find((known) => known === name);
  if (part === undefined) {
    throw new ConfigurationError(
      'invalid_option',
      `\`content\` must name only {${PARTS.join('}, {')}}, got {${name}}`,
    );
  }
  return { part, text: '' };
}

/** A part of the signed content, or a `ConfigurationError` where the message lacks it. */
export function needed(part: TemplatePart, text: string | undefined): string {
  if (text !== undefined) return text;
  throw new ConfigurationError('invalid_input', `the signed content needs \`${part}\`, which is missing`);
}

// A switch: reading by a variable name costs as much as all the rest.
function partOf(message: Message, part: Exclude<TemplatePart, 'body'>): string | undefined {
  switch (part) {
    case 'id':
      return message.id;
    case 'timestamp':
      return message.timestamp;
    case 'url':
      return message.url;
    case 'method':
      return message.method;
  }
}
