import { handlerOf } from '../../../receivers.js';

interface Context {
  readonly params: Promise<{ endpoint: string }>;
}

/** The mistake: the body is read before the receiver gets the request. */
export async function POST(request: Request, { params }: Context): Promise<Response> {
  await request.json();
  const { endpoint } = await params;
  return handlerOf(endpoint)(request);
}
