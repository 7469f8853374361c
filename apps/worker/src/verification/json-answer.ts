import type { HttpEvidence } from '@keelson/domain';

export const CLIENT_HEADERS = { accept: 'application/json', 'user-agent': 'keelson' };

/** An empty text is `null`: an answer that has nothing to say, such as a 204. */
export const parseJson = (text: string): HttpEvidence['body'] => {
  if (text.trim() === '') return { ok: true, json: null };
  try {
    return { ok: true, json: JSON.parse(text) as unknown };
  } catch {
    return { ok: false, why: `the answer is not JSON: ${text.slice(0, 80)}` };
  }
};
