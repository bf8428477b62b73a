export function KnowledgePage() { return <main id='main' class='area' /> }
