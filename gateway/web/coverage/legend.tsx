import { COVERAGE_TEXTS } from '../../../schemas/texts/coverage.ts';
import { say } from '../shell/language.ts';
import { HEAT_STEPS, heatStep } from './heat.ts';
import { percentText } from './words.ts';

/** What the colours of the matrix stand for, and its cells without a number. */
export function Legend() {
  const steps = Array.from({ length: HEAT_STEPS }, (_, step) => step);
  return (
    <p class="legend quiet">
      <span>
        {say(COVERAGE_TEXTS.rate)}{' '}
        <span class="scale">
          {percentText(0)}{' '}
          {steps.map((step) => (
            <i key={step} class={heatStep(step)} aria-hidden="true" />
          ))}{' '}
          {percentText(1)}
        </span>
      </span>
      <span>
        <i class="heat none-green" aria-hidden="true">
          –
        </i>{' '}
        {say(COVERAGE_TEXTS.no_greens)}
      </span>
      <span>
        <i class="own" aria-hidden="true" /> {say(COVERAGE_TEXTS.own_cell)}
      </span>
    </p>
  );
}
