import type { Page } from 'playwright-core';
import type { z } from 'zod';

/** Has the gateway say something else there: what it said, changed. Where it says nothing of that form, the page stays unready. */
export function telling<T extends z.ZodType>(at: string, schema: T, change: (said: z.output<T>) => unknown) {
  return (page: Page) =>
    page.route(at, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: change(schema.parse(await response.json())) });
    });
}
