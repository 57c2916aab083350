import { useState } from 'preact/hooks';
import type { LocalisedText } from '../../../schemas/code-lists/index.ts';
import { SCAN_TEXTS } from '../../../schemas/texts/scan.ts';
import { MAX_CODE_LENGTH } from '../../../schemas/verification.ts';
import { say } from '../shell/language.ts';

interface EntryProps {
  /** Whether the one before is still under way: what stands in the field waits. */
  readonly isAsking: boolean;
  /** What comes of it. */
  readonly act: LocalisedText;
  readonly onText: (text: string) => void;
  readonly onPicture: (file: Blob) => void;
}

/** Other ways in than the camera: a field for what is pasted or typed, and a picture. */
export function Entry({ isAsking, act, onText, onPicture }: EntryProps) {
  const [text, setText] = useState('');
  return (
    <form
      class="entry"
      onSubmit={(event) => {
        event.preventDefault();
        if (isAsking || text.trim() === '') return;
        onText(text);
        // Nobody else reads it off the screen.
        setText('');
      }}
    >
      <label for="typed">{say(SCAN_TEXTS.typed)}</label>
      <div class="tools">
        <input
          id="typed"
          type="text"
          value={text}
          maxLength={MAX_CODE_LENGTH}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button type="submit" class="primary" aria-disabled={isAsking}>
          {say(act)}
        </button>
      </div>
      <label class="file button">
        {say(SCAN_TEXTS.picture)}
        <input
          type="file"
          accept="image/*"
          onChange={({ currentTarget }) => {
            const [file] = currentTarget.files ?? [];
            if (file !== undefined) onPicture(file);
            currentTarget.value = '';
          }}
        />
      </label>
    </form>
  );
}
