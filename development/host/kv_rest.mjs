export const isKvRest = () => false; export const answerKvRest = () => null;
