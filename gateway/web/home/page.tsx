import { keysOf } from '../../../schemas/code-lists/index.ts';
import { HOME_TEXTS, MACHINE_TEXTS } from '../../../schemas/texts/home.ts';
import { PAGE_TEXTS } from '../../../schemas/texts/shell.ts';
import { language, say } from '../shell/language.ts';
import { Shell, show } from '../shell/shell.tsx';
import './home.css';

function Home() {
  return (
    <>
      <h1>{say(HOME_TEXTS.title)}</h1>
      <p>{say(HOME_TEXTS.intro)}</p>
      <p class="notice">
        <strong>{say(HOME_TEXTS.sandbox)}</strong>
        {say({ zh: '', en: ' ' })}
        {say(HOME_TEXTS.sandbox_means)}
      </p>
      <h2>{say(HOME_TEXTS.pages)}</h2>
      <ul class="cards">
        {keysOf(PAGE_TEXTS).map((path) => {
          const { name, about } = PAGE_TEXTS[path];
          return path === '/' ? null : (
            <li key={path}>
              <h3>
                <a href={`${path}?lang=${language}`}>{say(name)}</a>
              </h3>
              <p>{say(about)}</p>
            </li>
          );
        })}
      </ul>
      <h2>{say(HOME_TEXTS.machines)}</h2>
      <ul class="machines">
        {keysOf(MACHINE_TEXTS).map((path) => (
          <li key={path}>
            <a href={path}>{path}</a> · {say(MACHINE_TEXTS[path])}
          </li>
        ))}
      </ul>
    </>
  );
}

show(
  <Shell path="/">
    <Home />
  </Shell>,
);
