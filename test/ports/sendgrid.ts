import { jsonEnvelope, type Provider } from '@countersign/core';
import { decodeBase64 } from '@countersign/core/strict';
import { publicKeyScheme } from './public-key.js';

/** SendGrid: ECDSA P-256 over `{timestamp}{body}`, DER in base64; the body is a batch of events. */
export const sendgrid: Provider = {
  name: 'sendgrid',
  scheme: publicKeyScheme({
    name: 'sendgrid',
    algorithm: 'ecdsa-p256-sha256',
    encoding: 'der-base64',
    signatureHeader: 'x-twilio-email-event-webhook-signature',
    timestampHeader: 'x-twilio-email-event-webhook-timestamp',
    readKey: decodeBase64,
  }),
  envelope: jsonEnvelope({ fields: { type: { value: 'batch' } } }),
};
