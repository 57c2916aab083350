import fc from 'fast-check';

/** A mutant is noticed by whatever example: to look for the smallest one takes longer than all other tests of a file. */
fc.configureGlobal({ endOnFailure: true });
