/* The worker's ear: a question with its number, the answer with the same. */
self.onmessage = ({ data }) => {
  self.postMessage({ question: data.question, ...intervals(data) });
};
