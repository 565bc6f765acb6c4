import { createVerifier, isWebhookError } from '@countersign/core';
import type { RequestHandler } from 'express';

const verifier = createVerifier({ secrets: () => process.env['WEBHOOK_SECRET'] }); // and `provider`, if it is another

// Between `express.raw()` and the old handler: it reports, and decides nothing.
export const shadow: RequestHandler = (req, _res, next) => {
  verifier.verify({ headers: req.headersDistinct, body: req.body }).then(
    ({ id, keyId }) => console.log('verified', id, keyId),
    (error) => console.warn('would be refused:', isWebhookError(error) ? error.code : error),
  );
  next();
};
