import { z } from 'zod';

/** A token, of whatever type, as RFC 7515 writes it in one line. */
export const compactJwsSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/)
  .meta({ id: 'CompactJws', description: 'RFC 7515 compact serialisation' });
