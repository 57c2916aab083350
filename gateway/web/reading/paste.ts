/** Whatever is pasted anywhere on the page but in a field: a picture, or what a code says. */
export function listenForPaste(onText: (text: string) => void, onPicture: (file: Blob) => void): () => void {
  const onPaste = (event: ClipboardEvent) => {
    const [file] = event.clipboardData?.files ?? [];
    if (file !== undefined) return onPicture(file);
    if (event.target instanceof HTMLInputElement) return;
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (text.trim() !== '') onText(text);
  };
  addEventListener('paste', onPaste);
  return () => removeEventListener('paste', onPaste);
}
