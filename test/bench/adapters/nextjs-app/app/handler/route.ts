import { webhookHandler } from '@countersign/nextjs';
import { withHandler } from '../../../apps/receivers.js';

export const POST = webhookHandler(withHandler(() => process.env['WEBHOOK_SECRET']));
