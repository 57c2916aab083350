import { UpstreamError } from '../../adapters/upstream-error.ts';
import { MOST_STATEMENT_ITEMS } from '../../schemas/statement-exchange.ts';
import { type NodeReply, type NodeWire, sendAlone, sendTogether, type TravellingQuestion } from './node-wire.ts';
import type { AskingGateway } from './question.ts';

/** How long a question waits for others, while another one is under way. */
export const GATHER_MS = 3;
/** How long a node that knows no batches is asked one by one. */
const SINGLES_MS = 60_000;
/** Most questions that wait, for a node that is asked as much as it bears: what bounds memory. */
const MOST_WAITING = 16 * MOST_STATEMENT_ITEMS;
/** A frame's limit at the node is 256 KiB; a character of a code may take six octets in JSON. */
const MOST_FRAME_CHARACTERS = 32_768;
/** What a question has beside its code. */
const OTHER_CHARACTERS = 64;

/** A question that waits for its turn. */
interface Waiting extends TravellingQuestion {
  readonly characters: number;
  /** By the monotonic clock. */
  readonly untilMs: number;
}

/** What one gateway asks this node: its questions go out under its own token. */
interface Lane {
  readonly gateway: AskingGateway;
  underWay: number;
  waiting: Waiting[];
  gathering: NodeJS.Timeout | null;
}

/**
 * Has questions to one node travel together. One goes at once while nothing is under way; while something is, others
 * gather for a moment, or until there are as many as travel together, and for as long as the node is asked as much at once
 * as it bears. Each keeps its own outcome.
 */
export class QuestionBatcher {
  readonly #wire: NodeWire;
  readonly #lanes = new Map<string, Lane>();
  #singlesUntilMs = 0;

  constructor(wire: NodeWire) {
    this.#wire = wire;
  }

  /** `characters`: of the code. Rejects with UpstreamError, or with whatever keeps the gateway from signing its token. */
  ask(gateway: AskingGateway, make: TravellingQuestion['make'], characters: number): Promise<NodeReply> {
    return new Promise((resolve, reject) => {
      const untilMs = performance.now() + this.#wire.timeoutMs;
      const question = { make, resolve, reject, characters: characters + OTHER_CHARACTERS, untilMs };
      if (this.#wire.nowMs() < this.#singlesUntilMs) void sendAlone(this.#wire, gateway, question);
      else this.#enqueue(this.#laneOf(gateway), question);
    });
  }

  #laneOf(gateway: AskingGateway): Lane {
    const known = this.#lanes.get(gateway.entityId);
    if (known !== undefined) return known;
    const lane: Lane = { gateway, underWay: 0, waiting: [], gathering: null };
    this.#lanes.set(gateway.entityId, lane);
    return lane;
  }

  #enqueue(lane: Lane, question: Waiting): void {
    if (lane.waiting.length >= MOST_WAITING) {
      question.reject(new UpstreamError('busy', 'too many questions are waiting for this node'));
      return;
    }
    lane.waiting.push(question);
    if (lane.underWay === 0 || lane.waiting.length >= MOST_STATEMENT_ITEMS) this.#depart(lane);
    else lane.gathering ??= setTimeout(() => this.#depart(lane), GATHER_MS);
  }

  #depart(lane: Lane): void {
    if (lane.gathering !== null) clearTimeout(lane.gathering);
    lane.gathering = null;
    const hasRoom = () => lane.underWay === 0 || lane.underWay < this.#wire.client.concurrency();
    while (lane.waiting.length > 0 && hasRoom()) {
      lane.underWay += 1;
      void this.#travel(lane, takeFrame(lane)).finally(() => {
        lane.underWay -= 1;
        // Where nobody gathers any more, whoever waits was only waiting for room.
        if (lane.underWay === 0 || lane.gathering === null) this.#depart(lane);
      });
    }
  }

  async #travel({ gateway }: Lane, questions: readonly Waiting[]): Promise<void> {
    const [alone, ...others] = questions;
    if (alone === undefined) return;
    if (others.length === 0) return await sendAlone(this.#wire, gateway, alone);
    if (await sendTogether(this.#wire, gateway, questions)) return;
    this.#singlesUntilMs = this.#wire.nowMs() + SINGLES_MS;
    await Promise.all(questions.map((question) => sendAlone(this.#wire, gateway, question)));
  }
}

/** As many of those who wait as fit into one frame. Whose time is up is asked about for nobody any more. */
function takeFrame(lane: Lane): Waiting[] {
  const nowMs = performance.now();
  for (const { untilMs, reject } of lane.waiting) {
    if (untilMs <= nowMs) reject(new UpstreamError('timeout', 'the node was too busy to be asked in time'));
  }
  lane.waiting = lane.waiting.filter(({ untilMs }) => untilMs > nowMs);
  let characters = 0;
  const beyond = lane.waiting.findIndex((question, index) => {
    characters += question.characters;
    return index >= MOST_STATEMENT_ITEMS || (index > 0 && characters > MOST_FRAME_CHARACTERS);
  });
  return lane.waiting.splice(0, beyond === -1 ? lane.waiting.length : beyond);
}
