// With `exactOptionalPropertyTypes`, whoever has `T | undefined` can pass what they have.

import type { IncomingMessage } from 'node:http';
import {
  createReceiver,
  createVerifier,
  hmacScheme,
  jsonEnvelope,
  keyRing,
  memoryReplayStore,
  type Notice,
  type ReceiverOutcome,
  type RefusedOutcome,
  sign,
  standardWebhooks,
  type WebhookErrorCode,
  type WebhookRequest,
} from '@countersign/core';
import { fromFetchRequest } from '@countersign/core/fetch';
import { fromNodeRequest } from '@countersign/core/node';
import { fakeClock } from '@countersign/testing';
import { holds, type IsAny, type Same } from './expect-type.js';

interface Configuration {
  readonly tolerance?: number;
  readonly name?: string;
  readonly log?: (outcome: ReceiverOutcome) => void;
}

/** What a user has whose configuration may say nothing. */
export function fromConfiguration(
  configuration: Configuration,
  body: Uint8Array,
  incoming: IncomingMessage,
): void {
  const { tolerance, name, log } = configuration;
  const secrets = 'whsec_Y291bnRlcnNpZ24tdGVzdC1zZWNyZXQtMzItYnl0ZXM=';
  const nothing = configuration.tolerance === 1 ? undefined : undefined;
  createReceiver({
    secrets,
    name,
    toleranceSeconds: tolerance,
    maxEventAgeSeconds: tolerance,
    replayTtlSeconds: tolerance,
    maxBodyBytes: tolerance,
    bodyTimeoutMs: tolerance,
    handlerTimeoutMs: tolerance,
    leaseMs: tolerance,
    storeTimeoutMs: tolerance,
    secretsTimeoutMs: tolerance,
    onOutcome: log,
    provider: nothing,
    events: nothing,
    replay: nothing,
    replayIdentity: nothing,
    now: nothing,
    schedule: nothing,
  });
  const verifier = createVerifier({
    secrets,
    name,
    toleranceSeconds: tolerance,
    provider: nothing,
    now: nothing,
    schedule: nothing,
  });
  void verifier.verify({ headers: {}, body, method: name, url: name }, { receivedAt: nothing });
  void sign({ body, id: name, timestamp: nothing, method: name }, { secret: secrets, provider: nothing });
  keyRing({ id: 'a', secret: secrets, notBefore: nothing, notAfter: nothing }, nothing);
  memoryReplayStore({ maxKeys: tolerance, now: nothing });
  fakeClock({ startAt: nothing });
  hmacScheme({
    name: 'a',
    content: '{body}',
    signature: { header: 'x', encoding: 'hex', prefix: name, list: nothing },
    id: nothing,
    timestamp: nothing,
    algorithm: nothing,
    secretEncoding: nothing,
    publicUrl: nothing,
  });
  jsonEnvelope({ fields: standardWebhooks.envelope.fields, data: name, repeats: nothing });
  fromNodeRequest(incoming, { body: nothing, url: name, native: nothing });
  fromFetchRequest(new Request('http://hooks.test/'), { waitUntil: nothing, native: nothing });
  const request: WebhookRequest = {
    method: 'POST',
    url: '/',
    headers: { 'x-none': nothing },
    body,
    waitUntil: nothing,
    native: nothing,
  };
  void request;
}

// ------------------------------------------------ options that do not exist, or have another unit, do not compile
const secrets = 'whsec_Y291bnRlcnNpZ24tdGVzdC1zZWNyZXQtMzItYnl0ZXM=';
// @ts-expect-error the unit is part of the name
createReceiver({ secrets, tolerance: 300 });
// @ts-expect-error misspelt
createReceiver({ secrets, handlerTimeoutMS: 300 });
// @ts-expect-error a number
createReceiver({ secrets, leaseMs: '15s' });
// @ts-expect-error replays are let through by `false` alone
createReceiver({ secrets, replay: null });
// @ts-expect-error `true` is no store
createReceiver({ secrets, replay: true });
// @ts-expect-error a provider is an object, not its name
createReceiver({ secrets, provider: 'stripe' });
// @ts-expect-error a verifier has no handlers, hence no events
createVerifier({ secrets, events: {} });

const verifier = createVerifier({ secrets });
// @ts-expect-error a parsed body cannot be verified
void verifier.verify({ headers: {}, body: { type: 'a' } });
// @ts-expect-error nor a decoded one
void verifier.verify({ headers: {}, body: '{}' });
// @ts-expect-error the event is only reachable through the awaited, verified path
verifier.verify({ headers: {}, body: new Uint8Array() }).id;

// ------------------------------------------------ outcomes are told apart by kind
createReceiver({
  secrets,
  onOutcome: (outcome) => {
    holds<[Same<typeof outcome, ReceiverOutcome>, Same<IsAny<typeof outcome>, false>]>();
    if (outcome.kind === 'notice') return holds<[Same<typeof outcome, Notice>]>();
    holds<[Same<typeof outcome.status, number>, Same<typeof outcome.keyId, string | undefined>]>();
    holds<[Same<typeof outcome.error, unknown>]>();
    if (outcome.kind === 'accepted') return;
    holds<[Same<typeof outcome, RefusedOutcome>, Same<typeof outcome.code, WebhookErrorCode>]>();
    const isKnown: boolean = outcome.code === 'signature_mismatch';
    // @ts-expect-error a code that does not exist
    const isUnknown: boolean = outcome.code === 'bad_signature';
    void [isKnown, isUnknown];
  },
});
