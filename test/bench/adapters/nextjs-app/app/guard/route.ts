import { webhookGuard } from '@countersign/nextjs';
import { ACKNOWLEDGED } from '../../../apps/app.js';
import { forGuard } from '../../../apps/receivers.js';

export const POST = webhookGuard(
  forGuard(() => process.env['WEBHOOK_SECRET']),
  () => Response.json(ACKNOWLEDGED),
);
