/**
 * Opens what stands on one another. What `open` has put on the stack is closed again, last one first, where a later step
 * fails; else it is for whoever is handed it to close. Throws what the failing step threw.
 */
export async function openOrClose<T>(open: (opened: AsyncDisposableStack) => Promise<T>): Promise<T> {
  const opened = new AsyncDisposableStack();
  try {
    return await open(opened);
  } catch (error) {
    // Why it cannot start is what people have to know, whatever else goes wrong now.
    await opened.disposeAsync().catch(() => {});
    throw error;
  }
}
