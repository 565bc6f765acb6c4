import { ACKNOWLEDGED } from '../../../apps/app.js';
import { type Check, handWritten } from '../../../apps/by-hand.js';

let isGenuine: Check | undefined;

export async function POST(request: Request): Promise<Response> {
  isGenuine ??= handWritten(process.env['WEBHOOK_SECRET'] ?? '');
  const body = Buffer.from(await request.arrayBuffer());
  if (!isGenuine((name) => request.headers.get(name), body))
    return Response.json({ received: false }, { status: 401 });
  JSON.parse(body.toString('utf8'));
  return Response.json(ACKNOWLEDGED);
}
