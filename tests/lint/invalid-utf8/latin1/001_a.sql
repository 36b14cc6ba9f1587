SELECT 'München';
