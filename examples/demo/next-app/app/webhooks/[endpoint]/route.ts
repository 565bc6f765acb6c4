import { handlerOf } from '../../../receivers.js';

interface Context {
  readonly params: Promise<{ endpoint: string }>;
}

export async function POST(request: Request, { params }: Context): Promise<Response> {
  const { endpoint } = await params;
  return handlerOf(endpoint)(request);
}
