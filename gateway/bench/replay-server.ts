import { loadProvinces } from '../../adapters/provinces/index.ts';
import { serveBench } from './child-side.ts';
import { replayJobSchema, replaySettingsSchema } from './replay-job.ts';
import { type ReplayedProvince, startReplayedProvince } from './replay-province.ts';

/*
 * The provinces of the benchmark, replayed: every answer is signed before the clock starts, so that a case measures the
 * server that asks. They sign with the keys of the sandbox whose place they take.
 */
serveBench(async (raw) => {
  const settings = replaySettingsSchema.parse(raw);
  const folders = loadProvinces().filter(({ manifest }) => settings.provinces.includes(manifest.province));
  const nations = await Promise.all(
    settings.nations.map(async (nation) => {
      const started = folders.map(
        async (folder) => [folder.manifest.province, await startReplayedProvince(folder, nation)] as const,
      );
      return new Map<string, ReplayedProvince>(await Promise.all(started));
    }),
  );
  const everyProvince = () => nations.flatMap((nation) => [...nation.values()]);
  return {
    ready: nations.map((nation) => Object.fromEntries([...nation].map(([code, { origin }]) => [code, origin]))),
    run: async (rawJob) => {
      const job = replayJobSchema.parse(rawJob);
      if (job.kind === 'forget') {
        for (const province of everyProvince()) province.forget();
        return { codes: [] };
      }
      const nowMs = Date.now();
      const among = job.provinces.map((code) => nations[job.nation]?.get(code));
      const codes = Array.from({ length: job.count }, (_, at) => among[at % among.length]?.mint(nowMs) ?? '');
      return { codes };
    },
    close: () => {
      for (const province of everyProvince()) province.close();
    },
  };
});
