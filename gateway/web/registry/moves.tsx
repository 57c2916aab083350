import { useState } from 'preact/hooks';
import { adapterIdOf } from '../../../schemas/adapter-id.ts';
import { keysOf } from '../../../schemas/code-lists/index.ts';
import { SUSPENSION_REASONS } from '../../../schemas/registry-event.ts';
import type { AdapterView } from '../../../schemas/registry-views.ts';
import { OPERATOR_TEXTS } from '../../../schemas/texts/operator.ts';
import { ADAPTER_STATE_TEXTS } from '../../../schemas/texts/registry-state.ts';
import { say } from '../shell/language.ts';
import { adapterCode, adapterName, placeOf, slugOf } from './adapter-place.ts';
import { StateBadge } from './doubt.tsx';
import { isNamed, NameTyped } from './name-typed.tsx';
import { Parts } from './parts.tsx';
import { Choice, SignedForm } from './signed-form.tsx';
import { type EventSigner, submitStep } from './submit-step.ts';
import { bracketed, reasonText } from './words.ts';

interface MovesProps {
  readonly adapters: readonly AdapterView[];
  /** Null: nothing can be signed here. */
  readonly signer: EventSigner | null;
}

/** Stopping an adapter at once, letting it answer again, and going back to what answered before: one operator's steps. */
export function Moves({ adapters, signer }: MovesProps) {
  const answering = adapters.filter(({ state }) => state === 'active');
  const suspended = adapters.filter(({ state }) => state === 'suspended');
  const before = adapters.filter((adapter) => targetsOf(adapter).length > 0);
  return (
    <>
      {answering.length + suspended.length + before.length > 0 && <h3>{say(OPERATOR_TEXTS.moves)}</h3>}
      {suspended.map((adapter) => (
        <Resume key={adapterIdOf(adapter)} adapter={adapter} signer={signer} />
      ))}
      {answering.length > 0 && <Suspend adapters={answering} among={adapters} signer={signer} />}
      {before.length > 0 && <RollBack adapters={before} among={adapters} signer={signer} />}
    </>
  );
}

interface ChosenProps extends MovesProps {
  /** All that there are, those included that cannot be chosen. */
  readonly among: readonly AdapterView[];
}

function Suspend({ adapters, among, signer }: ChosenProps) {
  const [chosenId, setChosenId] = useState('');
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const chosen = adapters.find((adapter) => adapterIdOf(adapter) === chosenId);
  const code = keysOf(SUSPENSION_REASONS).find((known) => known === reason);
  return (
    <SignedForm
      id="suspend"
      tone="stop"
      button={say(OPERATOR_TEXTS.suspend)}
      done={say(OPERATOR_TEXTS.suspended)}
      about={chosen === undefined ? '' : adapterName(chosen)}
      isReady={signer !== null && code !== undefined && isNamed(chosen, among, typed)}
      step={async () => {
        if (signer === null || chosen === undefined || code === undefined) return null;
        const refusal = await submitStep(signer, 'adapter_suspended', { ...placeOf(chosen), reason: code }).finally(
          () =>
            // Once more means to type it once more.
            setTyped(''),
        );
        if (refusal === null) setReason('');
        return refusal;
      }}
    >
      <h4>{say(OPERATOR_TEXTS.suspend_title)}</h4>
      <p>{say(OPERATOR_TEXTS.suspend_means)}</p>
      <ProvinceChoice id="suspend-province" adapters={adapters} value={chosenId} onChoose={setChosenId} />
      <Choice
        id="suspend-reason"
        label={say(OPERATOR_TEXTS.reason)}
        value={reason}
        onChoose={setReason}
        isLong
        options={keysOf(SUSPENSION_REASONS).map((value) => ({ value, text: say(SUSPENSION_REASONS[value]) }))}
      />
      {chosen !== undefined && (
        <NameTyped id="suspend-name" adapter={chosen} among={among} value={typed} onType={setTyped} />
      )}
    </SignedForm>
  );
}

function RollBack({ adapters, among, signer }: ChosenProps) {
  const [chosenId, setChosenId] = useState('');
  const [to, setTo] = useState('');
  const [typed, setTyped] = useState('');
  const chosen = adapters.find((adapter) => adapterIdOf(adapter) === chosenId);
  const targets = chosen === undefined ? [] : targetsOf(chosen);
  const target = targets.find((version) => version === to);
  return (
    <SignedForm
      id="roll-back"
      tone="stop"
      button={say(OPERATOR_TEXTS.roll_back)}
      done={say(OPERATOR_TEXTS.rolled_back)}
      about={chosen === undefined ? '' : `${adapterName(chosen)} ${to}`}
      isReady={signer !== null && target !== undefined && isNamed(chosen, among, typed)}
      step={async () => {
        if (signer === null || chosen === undefined || target === undefined) return null;
        const body = { ...placeOf(chosen), to_version: target };
        return await submitStep(signer, 'adapter_rolled_back', body).finally(() => setTyped(''));
      }}
    >
      <h4>{say(OPERATOR_TEXTS.roll_back_title)}</h4>
      <p>{say(OPERATOR_TEXTS.roll_back_means)}</p>
      <ProvinceChoice id="roll-back-province" adapters={adapters} value={chosenId} onChoose={setChosenId} />
      {chosen !== undefined && (
        <>
          <Choice
            id="roll-back-to"
            label={say(OPERATOR_TEXTS.roll_back_to)}
            value={to}
            onChoose={setTo}
            isLong={to === chosen.active}
            options={targets.map((value) => ({
              value,
              text: value === chosen.active ? value + bracketed(say(OPERATOR_TEXTS.roll_back_trial)) : value,
            }))}
          />
          <NameTyped id="roll-back-name" adapter={chosen} among={among} value={typed} onType={setTyped} />
        </>
      )}
    </SignedForm>
  );
}

interface ResumeProps {
  readonly adapter: AdapterView;
  readonly signer: EventSigner | null;
}

function Resume({ adapter, signer }: ResumeProps) {
  const { suspended } = adapter;
  return (
    <SignedForm
      id={`resume-${slugOf(adapter)}`}
      tone="approve"
      button={say(OPERATOR_TEXTS.resume)}
      done={say(OPERATOR_TEXTS.resumed)}
      about={adapterName(adapter)}
      isReady={signer !== null}
      step={async () => (signer === null ? null : await submitStep(signer, 'adapter_resumed', placeOf(adapter)))}
    >
      <p>
        <Parts>
          <span>
            <strong>{adapterName(adapter)}</strong> {adapterCode(adapter)}
          </span>
          {suspended !== null && <StateBadge state="suspended" text={say(ADAPTER_STATE_TEXTS.suspended)} />}
          {suspended !== null && reasonText(SUSPENSION_REASONS, suspended.reason)}
        </Parts>
      </p>
    </SignedForm>
  );
}

interface ProvinceChoiceProps {
  readonly id: string;
  readonly adapters: readonly AdapterView[];
  readonly value: string;
  readonly onChoose: (adapterId: string) => void;
}

function ProvinceChoice({ id, adapters, value, onChoose }: ProvinceChoiceProps) {
  const options = adapters.map((adapter) => ({
    value: adapterIdOf(adapter),
    text: `${adapterName(adapter)} ${adapterCode(adapter)}`,
  }));
  // Once it is stopped it is none of those that can be: nothing is chosen then.
  const chosen = options.some((option) => option.value === value) ? value : '';
  return <Choice id={id} label={say(OPERATOR_TEXTS.province)} value={chosen} onChoose={onChoose} options={options} />;
}

/** What an adapter can be rolled back to: what was in full use before, and what is while another is on trial. */
function targetsOf({ active, trial, versions }: AdapterView): string[] {
  return versions
    .filter(({ served, rejected, version }) => served && rejected === null && (version !== active || trial !== null))
    .map(({ version }) => version);
}
