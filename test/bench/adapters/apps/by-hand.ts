import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import express, { type Express, type Request } from 'express';
import { acknowledge } from './acknowledge.js';

const TOLERANCE_SECONDS = 300;

/** What a careful engineer writes after reading the specification. No replay is refused. */
export function byHandApp(secret: string): Express {
  // A `KeyObject`: with the bytes as key, each MAC costs several times as much.
  const key = createSecretKey(Buffer.from(secret.slice('whsec_'.length), 'base64'));
  const app = express();
  app.post('/webhooks', express.raw({ type: 'application/json', limit: '1mb' }), (req, res) => {
    if (!isGenuine(key, req)) {
      res.status(401).json({ received: false });
      return;
    }
    JSON.parse(req.body.toString('utf8'));
    acknowledge(res);
  });
  return app;
}

function isGenuine(key: KeyObject, req: Request): boolean {
  const id = req.get('webhook-id');
  const timestamp = req.get('webhook-timestamp');
  const signatures = req.get('webhook-signature');
  if (id === undefined || timestamp === undefined || signatures === undefined) return false;
  if (!Buffer.isBuffer(req.body) || !/^\d{1,13}$/.test(timestamp)) return false;
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return false;
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(req.body).digest();
  return signatures.split(' ').some((signature) => {
    if (!signature.startsWith('v1,')) return false;
    const given = Buffer.from(signature.slice('v1,'.length), 'base64');
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}
