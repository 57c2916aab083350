/*
 * Loaded before everything else in every process of a nation: a process never outlives the one that started it, however
 * that one ended. The channel to it closes with it, which nothing in between can miss or put off.
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// A command that has done its work must not wait for its parent.
process.channel?.unref();
