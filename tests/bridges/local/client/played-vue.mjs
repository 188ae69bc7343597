const ends = [];
export const shallowRef = (value) => ({ value });
export const getCurrentScope = () => ends;
export const onScopeDispose = (end) => ends.push(end);
export const disposeScope = () => ends.forEach((end) => end());
