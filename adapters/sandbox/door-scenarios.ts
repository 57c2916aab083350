import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Scenario } from '../../schemas/scenarios.ts';

/** A scenario whose answer hangs on the door that asks, not on the system that is asked. */
export interface DoorScenario {
  readonly scenario: Scenario;
  /** The sandbox venue that scans it. */
  readonly venue: string;
}

/** Henan's green at doors that no mandate in force covers: nobody may be checked there, whatever the code says. */
const DOORS = [
  { scenario: 'green-where-the-mandate-has-lapsed', venue: 'haikou-market' },
  { scenario: 'green-at-an-ordinary-venue-in-a-low-risk-region', venue: 'sanya-supermarket' },
] as const;
const SHOWN_BY: ProvinceCode = '410000';

/** The scenarios of doors that a province's green is shown at; none for most. */
export function doorScenariosOf(province: ProvinceCode, scenarios: readonly Scenario[]): DoorScenario[] {
  const green = scenarios.find(({ scenario }) => scenario === 'green');
  if (province !== SHOWN_BY || green === undefined) return [];
  return DOORS.map(({ scenario, venue }) => ({
    scenario: { ...green, scenario, expected: { problem: 'check_not_permitted' } },
    venue,
  }));
}
