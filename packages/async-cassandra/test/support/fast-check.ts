import fc from 'fast-check';

// Arrays, texts and histories as long as their `maxLength` says: left to itself fast-check ends them at ten elements, whatever the limit.
fc.configureGlobal({ defaultSizeToMaxWhenMaxSpecified: true });

export { fc };
