import { webhookHandler } from '@countersign/nextjs';
import { withoutReplay } from '../../../apps/receivers.js';

export const POST = webhookHandler(withoutReplay(() => process.env['WEBHOOK_SECRET']));
