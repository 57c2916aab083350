import { answersByDestination } from '../../schemas/driver-config.ts';
import { widestForm } from '../../schemas/token-form.ts';
import type { RegisteredAdapter } from '../registry/registry-state.ts';
import type { ProvinceAnswer, Question } from './question.ts';
import { SingleFlight } from './single-flight.ts';

type Ask = (adapter: RegisteredAdapter, question: Question) => Promise<ProvinceAnswer>;

/** Has whoever asks one version about one token at the same moment, and takes the same forms, be told what one question comes to. */
export function sharedAsk(ask: Ask): Ask {
  const flights = new SingleFlight<ProvinceAnswer>();
  return (adapter, question) => {
    const { token, forms, destination } = question;
    const whose = answersByDestination(adapter.manifest.driver) ? destination : null;
    return flights.run(`${adapter.digest} ${widestForm(forms)} ${whose} ${token}`, () => ask(adapter, question));
  };
}
