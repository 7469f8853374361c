import type { FastifyRequest } from 'fastify';

/** Whether a request asks for a media type by its full name and before JSON. Weights are not looked at: nobody sends them here. */
export const accepts = ({ headers }: Pick<FastifyRequest, 'headers'>, media: string): boolean => {
  const wanted = (headers.accept ?? '').split(',').map((part) => part.split(';', 1)[0]?.trim().toLowerCase());
  const place = wanted.indexOf(media);
  const json = wanted.indexOf('application/json');
  return place >= 0 && (json < 0 || place < json);
};
