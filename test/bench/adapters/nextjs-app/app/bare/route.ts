import { ACKNOWLEDGED } from '../../../apps/app.js';

export async function POST(request: Request): Promise<Response> {
  await request.arrayBuffer();
  return Response.json(ACKNOWLEDGED);
}
