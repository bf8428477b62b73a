export function Steps() { return <main id='main' class='area' /> }
