import { ConfigurationError, type DeliveryInfo, type Provider } from '@countersign/core';
import { checkedProvider, mustBe } from '@countersign/core/strict';

/** How a sender writes its requests: the first provider's envelope, signed by it and by the others. */
export interface WireFormat {
  readonly provider: Provider;
  /** They add headers, and leave the body as it is. */
  readonly alsoSign: readonly Provider[];
  /** All header names that schemes and envelope write, in lower case: no custom header may have one. */
  readonly headerNames: ReadonlySet<string>;
}

const SAMPLE_INFO: DeliveryInfo = { endpointId: 'wh_0', deliveryId: 'dlv_0', attempt: 1, test: false };

/** The wire format of a sender; refuses schemes that would write one header, or the body, over each other. */
export function wireFormat(provider: Provider, alsoSign: readonly Provider[]): WireFormat {
  checkedProvider(provider);
  if (!Array.isArray(alsoSign)) throw mustBe('alsoSign', 'a list of providers', alsoSign);
  const headerNames = new Set([...provider.scheme.headers, ...envelopeHeaders(provider)]);
  for (const [index, signer] of alsoSign.entries()) {
    const field = `alsoSign[${index}]`;
    const { name, scheme } = checkedProvider(signer, field);
    const isBodyLeft = scheme.authenticates.body === 'all';
    const taken = scheme.headers.find((header) => headerNames.has(header));
    if (!isBodyLeft) throw unfit(field, name, 'writes its signature into the body, or signs a part of it');
    if (taken !== undefined) throw unfit(field, name, `writes \`${taken}\`, which another one writes too`);
    for (const header of scheme.headers) headerNames.add(header);
  }
  return { provider, alsoSign, headerNames };
}

function unfit(field: string, name: string, problem: string): ConfigurationError {
  return new ConfigurationError(
    'invalid_option',
    `\`${field}\` must be a provider that signs the body as it is, in headers of its own: ${name} ${problem}`,
  );
}

// Envelopes do not say which headers they write: one is asked to.
function envelopeHeaders({ envelope }: Provider): readonly string[] {
  const event = { id: 'evt_0', type: 'sample', timestamp: new Date(0), data: {} };
  const { headers } = envelope.encode(event, SAMPLE_INFO);
  return Object.keys(headers).map((name) => name.toLowerCase());
}
