import type { ServerResponse } from 'node:http';
import { expect } from 'vitest';
import { z } from 'zod';
import { type StatementRequest, statementRequestSchema } from '../../schemas/statement-exchange.ts';
import { type PlayedNode, playNode } from './played-node.fixture.ts';

export const ABSENT = { outcome: 'absent', why: 'unknown' } as const;
const frameSchema = z.strictObject({ items: z.array(statementRequestSchema) });

type AnswerBatch = (response: ServerResponse, items: readonly StatementRequest[]) => Promise<void>;
type AnswerOne = (response: ServerResponse, request: StatementRequest) => Promise<void>;

/** A played node to which questions gather while its first one is under way. */
export class GatheredQuestions {
  readonly node: PlayedNode;
  /** The questions of each batch that came. */
  readonly frames: (readonly StatementRequest[])[] = [];
  /** Ends the first question, which is under way while the others gather. */
  release: () => void = () => {};

  private constructor(node: PlayedNode) {
    this.node = node;
  }

  static async open(...limits: Parameters<typeof playNode>): Promise<GatheredQuestions> {
    return new GatheredQuestions(await playNode(...limits));
  }

  /** The first question stays under way until `release`; `batch` answers what gathers meanwhile, `alone` any other. */
  play(batch: AnswerBatch, alone: AnswerOne = (response, request) => this.#absent(response, request)): void {
    const held = Promise.withResolvers<void>();
    this.release = held.resolve;
    let singles = 0;
    this.node.answer = async (response, body, path) => {
      if (path.endsWith('/batch')) {
        const { items } = frameSchema.parse(JSON.parse(body));
        this.frames.push(items);
        await batch(response, items);
        return;
      }
      singles += 1;
      if (singles === 1) await held.promise;
      await alone(response, statementRequestSchema.parse(JSON.parse(body)));
    };
  }

  /** The line of a reply to a batch, with an answer that is rightly signed. */
  async lineOf(request: StatementRequest, index: number): Promise<string> {
    return `${JSON.stringify({ index, answer: await this.node.signed(request, ABSENT) })}\n`;
  }

  async lines(items: readonly StatementRequest[]): Promise<string[]> {
    return await Promise.all(items.map((item, index) => this.lineOf(item, index)));
  }

  /** What a node does that knows none of the codes. */
  readonly allAbsent: AnswerBatch = async (response, items) => void response.end((await this.lines(items)).join(''));

  ask(n: number, more: object = {}): ReturnType<PlayedNode['ask']> {
    return this.node.ask({ code: `CODE-${n}`, token: `TOKEN-${n}`, ...more });
  }

  /** What becomes of a question: `answered`, or the code of its failure. */
  async outcome(n: number, more: object = {}): Promise<string> {
    return await this.ask(n, more).then(
      () => 'answered',
      (error: { code?: unknown }) => String(error.code),
    );
  }

  /** What becomes of `count` questions that gather while another one is under way. */
  async together(count: number): Promise<string[]> {
    const first = this.outcome(-1);
    const others = Array.from({ length: count }, (_, n) => this.outcome(n));
    const outcomes = await Promise.all(others);
    this.release();
    expect(await first).toBe('answered');
    return outcomes;
  }

  async #absent(response: ServerResponse, request: StatementRequest): Promise<void> {
    response.end(JSON.stringify({ answer: await this.node.signed(request, ABSENT) }));
  }
}
